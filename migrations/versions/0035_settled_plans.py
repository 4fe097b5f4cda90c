"""A planned touch that another touch answered is done, and counts once."""

from alembic import op

revision = "0035"
down_revision = "0034"

SQL = """
ALTER TABLE activities ADD COLUMN settled_by uuid REFERENCES activities(id) ON DELETE SET NULL;
CREATE INDEX activities_settled ON activities (settled_by) WHERE settled_by IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
