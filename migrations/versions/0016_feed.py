"""The feed, read by index however many touches there are."""

from alembic import op

revision = "0016"
down_revision = "0015"

SQL = """
CREATE INDEX activities_by_moment ON activities (coalesce(happened_at, due_date) DESC, id DESC) WHERE deleted_at IS NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
