"""A session knows which sign-in at the identity provider let it in, so that the provider can end it."""

from alembic import op

revision = "0032"
down_revision = "0031"

SQL = """
ALTER TABLE user_sessions
    ADD COLUMN provider_subject VARCHAR(255),
    ADD COLUMN provider_session VARCHAR(255);
CREATE INDEX ix_user_sessions_provider_subject ON user_sessions (provider_subject);
CREATE INDEX ix_user_sessions_provider_session ON user_sessions (provider_session);
"""


def upgrade() -> None:
    op.execute(SQL)
