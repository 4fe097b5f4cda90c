"""A LinkedIn request is an outcome of its own."""

from alembic import op

revision = "0009"
down_revision = "0008"

SQL = """
ALTER TABLE activities
    DROP CONSTRAINT outcome,
    ADD CONSTRAINT outcome CHECK (outcome IN ('REACHED', 'VOICEMAIL', 'NO_ANSWER', 'WRONG_NUMBER', 'REQUESTED', 'SENT', 'REPLIED', 'DECLINED', 'BOUNCED', 'MEETING_BOOKED', 'HELD', 'NO_SHOW', 'MOVED', 'CANCELLED', 'INTRODUCED', 'MET'));
"""


def upgrade() -> None:
    op.execute(SQL)
