"""Of how many people a day somebody is told whether a colleague was in touch: so that addresses cannot be guessed at will."""

from alembic import op

revision = "0036"
down_revision = "0035"

SQL = """
CREATE TABLE courtesy_lookups (
    user_id uuid PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
    day date NOT NULL,
    people integer NOT NULL
);
"""


def upgrade() -> None:
    op.execute(SQL)
