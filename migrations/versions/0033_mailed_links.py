"""What a mail links to gets its token when the mail goes out; kept mails name the rows behind their links."""

from alembic import op

revision = "0033"
down_revision = "0032"

SQL = """
ALTER TABLE one_time_links ADD COLUMN mailed text[] NOT NULL DEFAULT '{}';
ALTER TABLE one_time_links ALTER COLUMN mailed DROP DEFAULT;
ALTER TABLE reply_links ADD COLUMN mailed text[] NOT NULL DEFAULT '{}';
ALTER TABLE reply_links ALTER COLUMN mailed DROP DEFAULT;

-- a mail that still waits names the rows behind its links from now on
DO $$
DECLARE one record; link record;
BEGIN
    FOR one IN SELECT id, body FROM mails WHERE body ~ '/(invite|reset|reply)/[A-Za-z0-9_-]{43}' LOOP
        FOR link IN
            SELECT token.value[1] AS kind, token.value[2] AS secret, coalesce(o.id, r.id) AS row
            FROM regexp_matches(one.body, '/(invite|reset|reply)/([A-Za-z0-9_-]{43})', 'g') AS token(value)
            LEFT JOIN one_time_links o ON token.value[1] <> 'reply'
                AND o.token_hash = encode(sha256(token.value[2]::bytea), 'hex')
            LEFT JOIN reply_links r ON token.value[1] = 'reply'
                AND r.token_hash = encode(sha256(token.value[2]::bytea), 'hex')
        LOOP
            UPDATE mails SET body = replace(body, '/' || link.secret, coalesce('/~' || link.row, '/')),
                             html = replace(html, '/' || link.secret, coalesce('/~' || link.row, '/'))
            WHERE id = one.id;
        END LOOP;
    END LOOP;
END $$;
"""


def upgrade() -> None:
    op.execute(SQL)
