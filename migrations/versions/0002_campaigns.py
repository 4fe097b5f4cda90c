"""Campaigns: the history of stages, and whether a campaign shows its leaderboard."""

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = """
ALTER TABLE campaigns ADD COLUMN leaderboard BOOLEAN DEFAULT true NOT NULL;

CREATE TABLE campaign_moves (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    campaign_id UUID NOT NULL,
    contact_id UUID,
    user_id UUID NOT NULL,
    from_stage VARCHAR(20),
    to_stage VARCHAR(20),
    activity_id UUID,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT campaign_moves_somewhere CHECK (from_stage IS NOT NULL OR to_stage IS NOT NULL),
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
    FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT from_stage CHECK (from_stage IN ('TO_CONTACT', 'CONTACTED', 'IN_DIALOGUE', 'MEETING_BOOKED', 'HANDED_OVER', 'NOT_NOW')),
    CONSTRAINT to_stage CHECK (to_stage IN ('TO_CONTACT', 'CONTACTED', 'IN_DIALOGUE', 'MEETING_BOOKED', 'HANDED_OVER', 'NOT_NOW')),
    FOREIGN KEY(activity_id) REFERENCES activities (id) ON DELETE SET NULL
);
CREATE INDEX campaign_moves_by_time ON campaign_moves (campaign_id, moved_at);
CREATE INDEX campaign_moves_of_activity ON campaign_moves (activity_id) WHERE activity_id IS NOT NULL;
CREATE INDEX campaign_moves_of_contact ON campaign_moves (contact_id, campaign_id, moved_at);

-- what is on a board already joined when it was added, and came to where it is when its stage says so
INSERT INTO campaign_moves (id, created_at, updated_at, campaign_id, contact_id, user_id, from_stage, to_stage, moved_at)
SELECT gen_random_uuid(), now(), now(), place.campaign_id, place.contact_id, contact.user_id, NULL, 'TO_CONTACT', place.added_at
FROM campaign_contacts place JOIN contacts contact ON contact.id = place.contact_id;
INSERT INTO campaign_moves (id, created_at, updated_at, campaign_id, contact_id, user_id, from_stage, to_stage, moved_at)
SELECT gen_random_uuid(), now(), now(), place.campaign_id, place.contact_id, contact.user_id, 'TO_CONTACT', place.stage, place.stage_at
FROM campaign_contacts place JOIN contacts contact ON contact.id = place.contact_id WHERE place.stage <> 'TO_CONTACT';
"""


def upgrade() -> None:
    op.execute(SQL)
