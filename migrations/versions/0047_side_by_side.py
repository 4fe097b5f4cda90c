"""Campaigns side by side, and how long it takes to the first meeting, can be saved like the other questions."""

from alembic import op

revision = "0047"
down_revision = "0046"

SQL = """
ALTER TABLE saved_reports
    DROP CONSTRAINT question,
    ADD CONSTRAINT question CHECK (question IN
        ('CHANNELS', 'HELP', 'WEEK', 'STALLS', 'SECTORS', 'CAMPAIGNS', 'COHORTS', 'CAMPAIGN', 'OWN'));
"""


def upgrade() -> None:
    op.execute(SQL)
