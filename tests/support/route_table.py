"""Every route of the API with a body that it takes, what each of us is answered, and a firm in which all of it is there."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

from app import db
from app.api.core import examples
from app.models import (
    ActivityDraft,
    ActivityType,
    DeviceDraft,
    EmailTemplateDraft,
    Import,
    IntroductionDraft,
    JobChange,
    Outcome,
    Passkey,
    PipedriveHandover,
    PipedriveSync,
    Role,
    SavedReportDraft,
    SavedSearchDraft,
    SyncConflict,
    SyncStatus,
    Trigger,
    UndoEntry,
    User,
)
from app.services.accounts import invitations, sessions, users
from app.services.activities import activity_log, email_templates, introductions
from app.services.campaigns import campaigns
from app.services.contacts import bulk_actions, contact_bank, saved_searches
from app.services.contacts.history import field_history
from app.services.notifications import push_devices
from app.services.push_queue import push_jobs
from app.services.reports import saved_reports, share_links
from tests.support import world
from tests.support.api_client import KEY

DEVICE = examples.DEVICE
ROLES = ("anonymous", "owner", "other", "member", "golden", "disabled")
FILE = {"file": ("people.csv", b"Name\nJane Roe\n", "text/csv")}


@dataclass(frozen=True)
class Row:
    """What the owner, another consultant, a member of the campaign and a golden ticket are answered.

    Somebody anonymous and somebody disabled are always strangers: 401.
    """

    method: str
    path: str
    answers: tuple[int, int, int, int]
    body: object = None

    def expected(self, role: str) -> int:
        strangers = dict.fromkeys(("anonymous", "disabled"), 401)
        return (strangers | dict(zip(ROLES[1:5], self.answers, strict=True)))[role]


def everybody(status: int) -> tuple[int, int, int, int]:
    return (status,) * 4


OWNER_ONLY = (200, 404, 404, 404)
GOLDEN_ONLY = (403, 403, 403)

TABLE = [
    Row("POST", "/api/auth/login", everybody(401), {"email": "ada.lind@firm.example", "password": "wrong"}),
    Row("POST", "/api/auth/logout", everybody(204)),
    Row("GET", "/api/auth/session", everybody(200)),
    Row("GET", "/api/contacts", everybody(200)),
    Row("POST", "/api/contacts", everybody(201), {"name": "New Face"}),
    Row("GET", "/api/contacts/suggested", everybody(200)),
    Row("GET", "/api/contacts/{contact_id}", (200, 404, 200, 200)),
    Row("PUT", "/api/contacts/{contact_id}", OWNER_ONLY, {"notes": "changed"}),
    Row("DELETE", "/api/contacts/{contact_id}", (204, 404, 404, 404)),
    Row("POST", "/api/contacts/{contact_id}/snooze", OWNER_ONLY, {"days": 3}),
    Row("POST", "/api/contacts/{trashed_id}/restore", OWNER_ONLY),
    Row("GET", "/api/contacts/{contact_id}/export.json", OWNER_ONLY),
    Row("GET", "/api/contacts/{contact_id}/history", OWNER_ONLY),
    Row("POST", "/api/contacts/{contact_id}/history/{change_id}/take-back", OWNER_ONLY),
    Row("GET", "/api/contacts/duplicates", everybody(200)),
    Row("POST", "/api/contacts/duplicates/dismiss", (204, 404, 404, 404), {"one_id": "{contact_id}", "other_id": "{twin_id}"}),
    Row("POST", "/api/contacts/duplicates/undo-dismiss", (204, 404, 404, 404), {"one_id": "{contact_id}", "other_id": "{twin_id}"}),
    Row("GET", "/api/contacts/job-changes", everybody(200)),
    Row("POST", "/api/contacts/job-changes/{offer_id}/update", (204, 404, 404, 404)),
    Row("POST", "/api/contacts/job-changes/{offer_id}/congratulate", (204, 404, 404, 404)),
    Row("POST", "/api/contacts/job-changes/{offer_id}/dismiss", (204, 404, 404, 404)),
    Row("POST", "/api/contacts/capture", everybody(200), {"text": "Jane Roe, ACME, jane@acme.example"}),
    Row("POST", "/api/contacts/bulk", everybody(200), {"verb": "TAG", "tag": "x", "contact_ids": ["{contact_id}"]}),
    Row("POST", "/api/contacts/merge", OWNER_ONLY, {"keep_id": "{contact_id}", "drop_id": "{twin_id}"}),
    Row("POST", "/api/undo/{deed_id}", OWNER_ONLY),
    Row("GET", "/api/organisations", everybody(200)),
    Row("PUT", "/api/organisations/{firm_id}", OWNER_ONLY, {"name": "Acme"}),
    Row("POST", "/api/organisations/merge", OWNER_ONLY, {"keep_id": "{firm_id}", "drop_id": "{other_firm_id}"}),
    Row("GET", "/api/views", everybody(200)),
    Row("POST", "/api/views", everybody(201), {"name": "Warm", "query": "warmness_min=7"}),
    Row("PUT", "/api/views/{view_id}", OWNER_ONLY, {"name": "Hot"}),
    Row("DELETE", "/api/views/{view_id}", (204, 404, 404, 404)),
    Row("POST", "/api/contacts/import", everybody(200), FILE),
    Row("GET", "/api/contacts/export.csv", everybody(200)),
    Row("GET", "/api/contacts/export.xlsx", everybody(200)),
    Row("GET", "/api/contacts/export.vcf", everybody(200)),
    Row("GET", "/api/contacts/export.pipedrive.csv", everybody(200)),
    Row("DELETE", "/api/imports/{batch_id}", OWNER_ONLY),
    Row("GET", "/api/campaigns", everybody(200)),
    Row("POST", "/api/campaigns", everybody(201), {"name": "Spring"}),
    Row("GET", "/api/campaigns/{campaign_id}", (200, 404, 200, 200)),
    Row("PUT", "/api/campaigns/{campaign_id}", (200, 404, 403, 200), {"theme": "changed"}),
    Row("DELETE", "/api/campaigns/{campaign_id}", (204, 404, 403, 204)),
    Row("POST", "/api/campaigns/{binned_id}/restore", (200, 404, 404, 200)),
    Row("POST", "/api/campaigns/{campaign_id}/archive", (200, 404, 403, 200)),
    Row("POST", "/api/campaigns/{campaign_id}/unarchive", (200, 404, 403, 200)),
    Row("POST", "/api/campaigns/{campaign_id}/copy", (201, 404, 201, 201), {"name": "Autumn"}),
    Row("POST", "/api/campaigns/{campaign_id}/assign-contacts", (200, 404, 200, 200), {"contact_ids": ["{contact_id}"]}),
    Row(
        "POST",
        "/api/campaigns/{campaign_id}/contacts/bulk",
        (200, 404, 200, 200),
        {"verb": "MOVE", "stage": "NOT_NOW", "contact_ids": ["{contact_id}"]},
    ),
    Row("GET", "/api/campaigns/{campaign_id}/contacts", (200, 404, 200, 200)),
    Row("PUT", "/api/campaigns/{campaign_id}/contacts/{contact_id}", (200, 404, 200, 200), {"stage": "CONTACTED"}),
    Row("DELETE", "/api/campaigns/{campaign_id}/contacts/{contact_id}", (204, 404, 403, 204)),
    Row("GET", "/api/campaigns/{campaign_id}/report", (200, 404, 200, 200)),
    Row("GET", "/api/campaigns/{campaign_id}/report.csv", (200, 404, 200, 200)),
    Row("GET", "/api/campaigns/{campaign_id}/report.xlsx", (200, 404, 200, 200)),
    Row("GET", "/api/campaigns/{campaign_id}/report.pdf", (200, 404, 200, 200)),
    Row("GET", "/api/campaigns/{campaign_id}/report-rows.csv", (200, 404, 200, 200)),
    Row("GET", "/api/campaigns/{campaign_id}/report-rows.xlsx", (200, 404, 200, 200)),
    Row("GET", "/api/reports", everybody(200)),
    Row("POST", "/api/reports", everybody(201), {"name": "Channels", "question": "CHANNELS"}),
    Row("DELETE", "/api/reports/{report_id}", (204, 404, 404, 404)),
    Row("GET", "/api/campaigns/{campaign_id}/report-links", (200, 404, 403, 200)),
    Row("POST", "/api/campaigns/{campaign_id}/report-links", (201, 404, 403, 201), {"days": 7}),
    Row("DELETE", "/api/report-links/{link_id}", (204, 404, 403, 204)),
    Row("GET", "/api/introductions", everybody(200)),
    Row("POST", "/api/introductions", (*GOLDEN_ONLY, 201), {"offered_to": "{taker_id}", "whom": "Jane Roe"}),
    Row("POST", "/api/introductions/{introduction_id}/redeem", OWNER_ONLY, {"contact_id": "{contact_id}"}),
    Row("POST", "/api/introductions/{introduction_id}/decline", OWNER_ONLY),
    Row("POST", "/api/introductions/{introduction_id}/reopen", (409, 404, 404, 404)),
    Row("GET", "/api/activities", everybody(200)),
    Row("GET", "/api/activities/feed", everybody(200)),
    Row("POST", "/api/activities", (201, 404, 201, 201), {"type": "CALL", "contact_id": "{contact_id}", "campaign_id": "{campaign_id}"}),
    Row("GET", "/api/activities/{activity_id}", (200, 404, 200, 200)),
    Row("PUT", "/api/activities/{activity_id}", OWNER_ONLY, {"note": "changed"}),
    Row("DELETE", "/api/activities/{activity_id}", (204, 404, 404, 404)),
    Row("POST", "/api/activities/{removed_id}/restore", OWNER_ONLY),
    Row("GET", "/api/contacts/{contact_id}/referrals", OWNER_ONLY),
    Row("POST", "/api/contacts/{contact_id}/referrals", (201, 404, 404, 404), {"referred_contact_id": "{twin_id}"}),
    Row("PUT", "/api/activities/{referral_id}/referral", OWNER_ONLY, {"referred_contact_id": None}),
    Row("GET", "/api/contacts/{contact_id}/warmness", OWNER_ONLY),
    Row("POST", "/api/contacts/{contact_id}/warmness/accept", OWNER_ONLY),
    Row("POST", "/api/contacts/{contact_id}/warmness/decline", OWNER_ONLY),
    Row("GET", "/api/templates", everybody(200)),
    Row("POST", "/api/templates", everybody(201), {"name": "Hello"}),
    Row("PUT", "/api/templates/{template_id}", OWNER_ONLY, {"name": "Hello again"}),
    Row("DELETE", "/api/templates/{template_id}", (204, 404, 404, 404)),
    Row("GET", "/api/templates/{template_id}/mail?contact_id={contact_id}", OWNER_ONLY),
    Row("POST", "/api/pipedrive/sync", (202, 404, 404, 404), {"contact_id": "{contact_id}"}),
    Row("GET", "/api/pipedrive/status", everybody(200)),
    Row("POST", "/api/pipedrive/retry", (200, 404, 404, 200), {"sync_ids": ["{sync_id}"]}),
    Row("POST", "/api/pipedrive/look", (409, 404, 404, 404), {"contact_id": "{contact_id}"}),
    Row("GET", "/api/pipedrive/syncs/{sync_id}", (200, 404, 404, 200)),
    Row("POST", "/api/pipedrive/syncs/{sync_id}/link", OWNER_ONLY, {"remote": "812"}),
    Row("POST", "/api/pipedrive/syncs/{sync_id}/create-anyway", OWNER_ONLY),
    Row("POST", "/api/pipedrive/syncs/{sync_id}/skip", OWNER_ONLY),
    Row("POST", "/api/pipedrive/syncs/{sync_id}/undo", (409, 404, 404, 404)),
    Row("GET", "/api/pipedrive/conflicts", everybody(200)),
    Row("POST", "/api/pipedrive/conflicts/{conflict_id}/resolve", OWNER_ONLY, {"resolution": "OURS"}),
    Row("GET", "/api/pipedrive/handovers", everybody(200)),
    Row("POST", "/api/pipedrive/handovers/{handover_id}/decide", OWNER_ONLY, {"decision": "LEAVE"}),
    Row("POST", "/api/pipedrive/conflicts/{conflict_id}/reverse", (409, 404, 404, 404)),
    Row("PUT", "/api/pipedrive/contacts/{contact_id}/link", (202, 404, 404, 404), {"remote": "812"}),
    Row("DELETE", "/api/pipedrive/contacts/{contact_id}/link", OWNER_ONLY),
    Row("GET", "/api/me", everybody(200)),
    Row("PUT", "/api/me", everybody(200), {"timezone": "Europe/Oslo"}),
    Row("PUT", "/api/me/password", everybody(422), {"old": "wrong", "new": "a few unrelated words"}),
    Row("PUT", "/api/me/pipedrive-key", everybody(200), {"api_key": KEY}),
    Row("DELETE", "/api/me/pipedrive-key", everybody(204)),
    Row("GET", "/api/notices", everybody(200)),
    Row("POST", "/api/notices/read", everybody(200), {"ids": None}),
    Row("GET", "/api/notices/choices", everybody(200)),
    Row("PUT", "/api/notices/choices", everybody(200), {"digest_hour": 7}),
    Row("GET", "/api/notices/push", everybody(200)),
    Row("POST", "/api/notices/push", everybody(201), DEVICE),
    Row("PUT", "/api/notices/push/{push_id}", OWNER_ONLY, {"names": True}),
    Row("POST", "/api/notices/push/{push_id}/test", (202, 404, 404, 404)),
    Row("DELETE", "/api/notices/push/{push_id}", (204, 404, 404, 404)),
    Row("GET", "/api/me/second-factor", everybody(200)),
    Row("POST", "/api/me/second-factor", everybody(201)),
    Row("PUT", "/api/me/second-factor", everybody(404), {"code": "123456"}),
    Row("DELETE", "/api/me/second-factor", everybody(422), {"password": "wrong"}),
    Row("POST", "/api/me/calendar", everybody(201)),
    Row("DELETE", "/api/me/calendar", everybody(204)),
    # only for a browser
    Row("GET", "/api/me/phone-key", everybody(403)),
    Row("GET", "/api/me/devices", everybody(200)),
    Row("DELETE", "/api/me/devices/{device_id}", (204, 404, 404, 204)),
    Row("GET", "/api/users", (*GOLDEN_ONLY, 200)),
    Row("POST", "/api/users", (*GOLDEN_ONLY, 201), {"email": "new@firm.example"}),
    Row("POST", "/api/users/{user_id}/reset-link", (*GOLDEN_ONLY, 201)),
    Row("PUT", "/api/users/{user_id}/role", (*GOLDEN_ONLY, 200), {"role": "GOLDEN_TICKET"}),
    Row("POST", "/api/users/{user_id}/disable", (*GOLDEN_ONLY, 200)),
    Row("POST", "/api/users/{user_id}/hand-over", (*GOLDEN_ONLY, 200), {"to_user_id": "{taker_id}"}),
    Row("POST", "/api/users/{user_id}/enable", (*GOLDEN_ONLY, 200)),
    Row("GET", "/api/me/passkeys", everybody(200)),
    Row("POST", "/api/me/passkeys/begin", everybody(422), {"password": "wrong"}),
    Row("POST", "/api/me/passkeys", everybody(409), {"name": "Phone", "ticket": "none", "credential": {}}),
    Row("PUT", "/api/me/passkeys/{passkey_id}", OWNER_ONLY, {"name": "Old phone"}),
    Row("DELETE", "/api/me/passkeys/{passkey_id}", (204, 404, 404, 404)),
    Row("GET", "/api/invitations", (*GOLDEN_ONLY, 200)),
    Row("POST", "/api/invitations/{invitation_id}/send-again", (*GOLDEN_ONLY, 201)),
    Row("DELETE", "/api/invitations/{invitation_id}", (*GOLDEN_ONLY, 204)),
    Row("GET", "/api/audit", (*GOLDEN_ONLY, 200)),
    Row("GET", "/api/audit.csv", (*GOLDEN_ONLY, 200)),
    Row("GET", "/api/sign-in-rules", (*GOLDEN_ONLY, 200)),
    Row("PUT", "/api/sign-in-rules", (*GOLDEN_ONLY, 200), {"second_step_from": {"CONSULTANT": "2026-12-01"}}),
    Row("GET", "/api/tokens", everybody(200)),
    Row("POST", "/api/tokens", everybody(201), {"name": "Report"}),
    Row("DELETE", "/api/tokens/{token_id}", (204, 404, 404, 404)),
]  # fmt: skip


def firm():
    """Ada owns Jane, who is in a campaign that Bo is a member of, and everything else that a route may name."""
    ada, bo, cem = (world.person(name) for name in ("Ada Lind", "Bo Berg", "Cem Can"))
    gwen, dora = world.person("Gwen Gold", Role.GOLDEN_TICKET), world.person("Dora Dow", active=False)
    jane = world.contact(ada, "Jane Roe", organisation="ACME Ltd", email="jane@acme.example", warmness_score=5)
    campaign, trashed = world.campaign(ada, members=[bo], holds=[jane]), world.contact(ada, "Gone")
    binned = world.campaign(ada, "Binned", members=[bo])
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        draft = ActivityDraft(type=ActivityType.CALL, campaign_id=campaign.id)
        touch, removed = (activity_log.log(session, me, jane.id, draft) for _ in range(2))
        removed.deleted_at = session.merge(trashed).deleted_at = touch.created_at
        campaigns.remove(session, me, binned.id)
        sync = push_jobs.enqueue(session, me, trashed, Trigger.MANUAL)
        session.get_one(PipedriveSync, sync.id).status = SyncStatus.FAILED
        session.add(batch := Import(user_id=ada.id))
        session.add(asked := SyncConflict(contact_id=jane.id, user_id=ada.id, account="acme", entity_type="person", entity_id=jane.id,
                                          field="name", ours="Jane Roe", theirs="Jane R."))  # fmt: skip
        session.add(
            handover := PipedriveHandover(
                user_id=ada.id, from_user_id=gwen.id, contact_ids=[str(jane.id)], from_owners=[1]
            )
        )
        view = saved_searches.save(session, me, SavedSearchDraft(name="Quiet"))
        template = email_templates.save(session, me, EmailTemplateDraft(name="First mail"))
        # what a contact of Ada's brought suggests that they are warmer than they are said to be
        referral = activity_log.log(
            session, me, jane.id, ActivityDraft(type=ActivityType.REFERRAL, outcome=Outcome.INTRODUCED)
        )
        report = saved_reports.save(session, me, SavedReportDraft(name="Help", question="HELP"))
        share_links.share(session, me, campaign.id, 7)
        link = share_links.listed(session, me, campaign.id)[0]
        draft = IntroductionDraft(offered_to=me.id, whom="Jane Roe", campaign_id=campaign.id)
        introduction = introductions.offer(session, session.get_one(User, gwen.id), draft)
        users.invite(session, session.get_one(User, gwen.id), "soon@firm.example", Role.CONSULTANT)
        session.add(
            passkey := Passkey(user_id=me.id, name="Phone", host="localhost", credential_id="a", public_key="b")
        )
        ((invitation, _),) = invitations.pending(session, session.get_one(User, gwen.id))
        token, _ = sessions.issue_token(session, me, "Report")
        sessions.open_session(session, me, "A browser")
        push = push_devices.register(
            session, me, DeviceDraft(**DEVICE | {"endpoint": "https://push.example/other"}), key="k"
        )
    with db.reading() as session:
        device = sessions.devices(session, ada)[0]
    twin = world.contact(ada, "J. Roe", organisation="Globex")
    with db.transaction() as session:
        done = bulk_actions.tag(session, session.get_one(User, ada.id), [twin.id], "x")
        offer = JobChange(user_id=ada.id, contact_id=twin.id, organisation="Initech")
        session.add(offer)
        deed = session.get_one(UndoEntry, done.undo_id)
    people = {"anonymous": None, "owner": ada, "other": cem, "member": bo, "golden": gwen, "disabled": dora}
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada.id), jane.id, {"notes": "Met at the fair."})
    with db.reading() as session:
        change = field_history.read(session, ada, jane.id).items[0].change
    ids = {"contact": jane, "change": change, "trashed": trashed, "activity": touch, "removed": removed, "campaign": campaign, "binned": binned, "batch": batch, "conflict": asked, "handover": handover,
           "sync": sync, "twin": twin, "offer": offer, "firm": jane.organisation, "other_firm": twin.organisation, "view": view, "deed": deed, "template": template, "referral": referral, "taker": bo, "user": cem, "token": token, "invitation": invitation, "passkey": passkey, "device": device, "push": push,
           "report": report, "link": link, "introduction": introduction}  # fmt: skip
    return SimpleNamespace(people=people, ids={f"{name}_id": str(row.id) for name, row in ids.items()})


def named(body, firm):
    if isinstance(body, dict):
        return {key: named(value, firm) for key, value in body.items()}
    if isinstance(body, list):
        return [named(value, firm) for value in body]
    return body.format(**firm.ids) if isinstance(body, str) else body


def shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def sent(row, firm):
    """The body of a row, as `ask` takes it."""
    return {"files": row.body} if row.body is FILE else {"json": named(row.body, firm)} if row.body else {}
