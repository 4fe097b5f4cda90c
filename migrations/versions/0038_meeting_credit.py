"""A meeting stays credited to whoever booked it and to what led to it, also when its contact is handed over or erased."""

from alembic import op

revision = "0038"
down_revision = "0037"

SQL = """
ALTER TABLE activities ADD COLUMN booked_by uuid REFERENCES users(id);
ALTER TABLE activities ADD COLUMN led_by VARCHAR(20)
    CONSTRAINT led_by CHECK (led_by IN ('CALL', 'EMAIL', 'MEETING', 'LINKEDIN', 'REFERRAL', 'CONFERENCE'));
CREATE INDEX activities_booked_by ON activities (booked_by) WHERE booked_by IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
