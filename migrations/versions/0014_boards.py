"""Moving many on a board, and taking many off it, are deeds that can be undone."""

from alembic import op

revision = "0014"
down_revision = "0013"

SQL = """
ALTER TABLE bank_deeds DROP CONSTRAINT deedkind;
ALTER TABLE bank_deeds ADD CONSTRAINT deedkind CHECK (kind IN ('TAG', 'UNTAG', 'WARM', 'LOG', 'PUSH', 'TRASH', 'RESTORE', 'SNOOZE', 'ASSIGN', 'MOVE', 'TAKE_OUT', 'MERGE', 'FIRM_RENAME', 'FIRM_MERGE'));
"""


def upgrade() -> None:
    op.execute(SQL)
