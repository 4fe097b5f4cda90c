"""Notices on a lock screen: the browsers that want them, and what waits to be sent there."""

from alembic import op

revision = "0011"
down_revision = "0010"

SQL = """
CREATE TABLE push_devices (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    session_id UUID,
    endpoint VARCHAR(1000) NOT NULL,
    p256dh VARCHAR(88) NOT NULL,
    auth VARCHAR(24) NOT NULL,
    key VARCHAR(88) NOT NULL,
    browser VARCHAR(200) NOT NULL,
    names BOOLEAN NOT NULL,
    rung_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT push_devices_endpoint CHECK (endpoint LIKE 'https://%'),
    UNIQUE (endpoint),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY(session_id) REFERENCES user_sessions (id) ON DELETE CASCADE
);
CREATE INDEX ix_push_devices_user_id ON push_devices (user_id);
CREATE INDEX ix_push_devices_session_id ON push_devices (session_id);

CREATE TABLE rings (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    device_id UUID NOT NULL,
    notice_id UUID,
    words TEXT NOT NULL,
    path VARCHAR(200) NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT rings_path CHECK (path LIKE '/%'),
    FOREIGN KEY(device_id) REFERENCES push_devices (id) ON DELETE CASCADE,
    FOREIGN KEY(notice_id) REFERENCES notices (id) ON DELETE CASCADE
);
CREATE INDEX ix_rings_device_id ON rings (device_id);
CREATE INDEX ix_rings_notice_id ON rings (notice_id);
CREATE INDEX rings_due ON rings (due_at, id);
"""


def upgrade() -> None:
    op.execute(SQL.replace("%", "%%"))
