"""The nouns: tables, the drafts people type, and the rules that need no database."""

from app.models.activity import (
    ACTIVITY_LABELS,
    CALLED_OFF,
    OUTCOMES,
    REACHED,
    Activity,
    ActivityDraft,
    ActivityType,
    Outcome,
    PendingOutcome,
    auto_subject,
    thanks_subject,
)
from app.models.audit import AuditEvent
from app.models.base import fold, new_id, now
from app.models.calendar import CalendarFeed
from app.models.campaign import (
    Campaign,
    CampaignContact,
    CampaignDraft,
    CampaignMove,
    CampaignStatus,
    CampaignUser,
    Stage,
    first_moves,
    next_stage,
    stage_earned,
)
from app.models.contact import COLDEST, WARM, WARMEST, Contact, ContactDraft
from app.models.contact_history import OwnerChange, WarmnessChange, WarmnessReason
from app.models.email_template import EmailTemplate, EmailTemplateDraft
from app.models.erased_person import ErasedPerson
from app.models.firm import Setting
from app.models.idempotency import IdempotencyKey
from app.models.imported import Import, ImportChange, ImportMapping
from app.models.introduction import Introduction, IntroductionDraft
from app.models.mail import EmailAction, EmailActionLink, Mail
from app.models.notification import Notification, NotificationKind, NotificationSettings
from app.models.organisation import Organisation, organisation_key
from app.models.pipedrive_inbound import (
    ConflictResolution,
    PushEffect,
    PushReceipt,
    SyncConflict,
    TokenSpending,
    WebhookNote,
)
from app.models.pipedrive_sync import (
    PRACTICE,
    SKIPPED,
    EntityType,
    LinkState,
    PipedriveLink,
    PipedriveSync,
    SyncAccount,
    SyncLane,
    SyncStatus,
    Trigger,
    record_url,
)
from app.models.push_device import DeviceDraft, PushDevice, WebPush
from app.models.report import Question, QuestionFilters, ReportLink, SavedReport, SavedReportDraft
from app.models.saved_search import SavedSearch, SavedSearchDraft
from app.models.two_factor import SsoIdentity, TwoFactor
from app.models.undo import UndoEntry, UndoKind
from app.models.user import ApiToken, FailedSignIn, OneTimeLink, PersonDraft, Purpose, Role, User, UserSession

__all__ = [
    "ACTIVITY_LABELS",
    "CALLED_OFF",
    "COLDEST",
    "OUTCOMES",
    "PRACTICE",
    "REACHED",
    "SKIPPED",
    "WARM",
    "WARMEST",
    "Activity",
    "ActivityDraft",
    "ActivityType",
    "ApiToken",
    "AuditEvent",
    "CalendarFeed",
    "Campaign",
    "CampaignContact",
    "CampaignDraft",
    "CampaignMove",
    "CampaignStatus",
    "CampaignUser",
    "ConflictResolution",
    "Contact",
    "ContactDraft",
    "DeviceDraft",
    "EmailAction",
    "EmailActionLink",
    "EmailTemplate",
    "EmailTemplateDraft",
    "EntityType",
    "ErasedPerson",
    "FailedSignIn",
    "IdempotencyKey",
    "Import",
    "ImportChange",
    "ImportMapping",
    "Introduction",
    "IntroductionDraft",
    "LinkState",
    "Mail",
    "Notification",
    "NotificationKind",
    "NotificationSettings",
    "OneTimeLink",
    "Organisation",
    "Outcome",
    "OwnerChange",
    "PendingOutcome",
    "PersonDraft",
    "PipedriveLink",
    "PipedriveSync",
    "Purpose",
    "PushDevice",
    "PushEffect",
    "PushReceipt",
    "Question",
    "QuestionFilters",
    "ReportLink",
    "Role",
    "SavedReport",
    "SavedReportDraft",
    "SavedSearch",
    "SavedSearchDraft",
    "Setting",
    "SsoIdentity",
    "Stage",
    "SyncAccount",
    "SyncConflict",
    "SyncLane",
    "SyncStatus",
    "TokenSpending",
    "Trigger",
    "TwoFactor",
    "UndoEntry",
    "UndoKind",
    "User",
    "UserSession",
    "WarmnessChange",
    "WarmnessReason",
    "WebPush",
    "WebhookNote",
    "auto_subject",
    "first_moves",
    "fold",
    "new_id",
    "next_stage",
    "now",
    "organisation_key",
    "record_url",
    "stage_earned",
    "thanks_subject",
]
