"""What became of the people who went to Pipedrive: their deals there, without a name, as last read."""

from alembic import op

revision = "0043"
down_revision = "0042"

SQL = """
CREATE TABLE pipedrive_deals (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    account varchar(63) NOT NULL,
    remote_id bigint NOT NULL,
    person_id bigint NOT NULL,
    status varchar(20) NOT NULL CONSTRAINT dealstatus CHECK (status IN ('OPEN', 'WON', 'LOST')),
    value numeric(18, 2) NOT NULL CONSTRAINT pipedrive_deals_value CHECK (value >= 0),
    currency varchar(3) NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX pipedrive_deals_once ON pipedrive_deals (account, remote_id);
CREATE INDEX pipedrive_deals_of_person ON pipedrive_deals (account, person_id);
ALTER TABLE pipedrive_links ADD COLUMN deals_of bigint;
"""


def upgrade() -> None:
    op.execute(SQL)
