"""The nouns: tables, the drafts people type, and the rules that need no database."""

from app.models.activity import (
    OUTCOMES,
    REACHED,
    WORDS,
    Activity,
    ActivityDraft,
    ActivityType,
    Outcome,
    OwedAnswer,
    auto_subject,
)
from app.models.base import fold, new_id, now
from app.models.campaign import Campaign, CampaignContact, CampaignDraft, CampaignUser, Stage
from app.models.contact import COLDEST, WARM, WARMEST, Contact, ContactDraft, WarmnessChange, WarmnessReason
from app.models.organisation import Organisation, organisation_key
from app.models.pipedrive_sync import (
    EntityType,
    LinkState,
    PipedriveLink,
    PipedriveSync,
    SyncAccount,
    SyncLane,
    SyncStatus,
    Trigger,
)
from app.models.user import ApiToken, FailedSignIn, OneTimeLink, PersonDraft, Purpose, Role, User, UserSession
from app.models.workspace import AuditEvent, IdempotencyKey, Import, Setting

__all__ = [
    "COLDEST",
    "OUTCOMES",
    "REACHED",
    "WARM",
    "WARMEST",
    "WORDS",
    "Activity",
    "ActivityDraft",
    "ActivityType",
    "ApiToken",
    "AuditEvent",
    "Campaign",
    "CampaignContact",
    "CampaignDraft",
    "CampaignUser",
    "Contact",
    "ContactDraft",
    "EntityType",
    "FailedSignIn",
    "IdempotencyKey",
    "Import",
    "LinkState",
    "OneTimeLink",
    "Organisation",
    "Outcome",
    "OwedAnswer",
    "PersonDraft",
    "PipedriveLink",
    "PipedriveSync",
    "Purpose",
    "Role",
    "Setting",
    "Stage",
    "SyncAccount",
    "SyncLane",
    "SyncStatus",
    "Trigger",
    "User",
    "UserSession",
    "WarmnessChange",
    "WarmnessReason",
    "auto_subject",
    "fold",
    "new_id",
    "now",
    "organisation_key",
]
