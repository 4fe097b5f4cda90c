"""The audit log, for golden tickets: who did what and when, newest first."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.services.base import audit_log_reader
from app.services.base.audit_log_reader import AuditEntry

KINDS = {
    "": "All",
    "access": "Signing in",
    "people": "Colleagues",
    "data": "Data",
    "pipedrive": "Pipedrive and settings",
}

# what happened, as people say it after the name of who did it; {} is the colleague whom it was done to
WORDS = {
    "backup.restored": "restored a backup",
    "campaign.added": "put contacts into a campaign",
    "campaign.assigned": "put contacts into a campaign",
    "campaign.rejoined": "put contacts back into a campaign",
    "conflict.resolved": "decided between ours and Pipedrive's",
    "conflict.reversed": "changed a decision between ours and Pipedrive's",
    "contact.changed_in_pipedrive": "got a change of a contact from Pipedrive",
    "contact.erased": "erased a contact for good",
    "contact.exported": "took out everything about a contact",
    "contact.merged": "merged two contacts",
    "contact.erased_remains": "found a record of somebody in Pipedrive who was erased here: delete it there",
    "contact.relinked": "linked a contact to another record in Pipedrive",
    "contact.seen": "looked at a colleague's contact",
    "contact.trashed": "moved a contact to the trash",
    "contact.unlinked": "unlinked a contact from Pipedrive",
    "contacts.exported": "exported contacts",
    "contacts.handed_over": "handed contacts over",
    "contacts.imported": "imported contacts",
    "contacts.assign": "put many contacts into a campaign",
    "contacts.log": "logged a touch with many contacts",
    "contacts.move": "moved many contacts to another stage",
    "contacts.push": "pushed many contacts to Pipedrive",
    "contacts.restore": "took many contacts out of the trash",
    "contacts.snooze": "snoozed many contacts",
    "contacts.tag": "tagged many contacts",
    "contacts.take_out": "took many contacts out of a campaign",
    "contacts.trash": "moved many contacts to the trash",
    "contacts.untag": "took a tag off many contacts",
    "contacts.warm": "changed the warmness of many contacts",
    "deed.undone": "took something back",
    "identity.linked": "used the firm's own account for the first time",
    "import.undone": "undid an import",
    "meeting.changed_in_pipedrive": "got a change of a meeting from Pipedrive",
    "password.changed": "changed the password",
    "invitation.revoked": "took an invitation back",
    "invitation.sent_again": "sent an invitation again",
    "passkey.added": "made a passkey",
    "passkey.counter": "refused a passkey of {} that may have been copied",
    "passkey.removed": "removed a passkey",
    "password.reset": "chose a new password by a link",
    "pipedrive_key.dropped": "took out the Pipedrive key",
    "pipedrive_key.kept": "saved a Pipedrive key",
    "report.exported": "exported a report",
    "report.shared": "made a link to a report",
    "report.unshared": "revoked a link to a report",
    "samples.cleared": "removed the sample people",
    "samples.filled": "filled in sample people",
    "second_factor.new_codes": "made new codes for paper",
    "second_factor.off": "turned the second step at sign-in off for {}",
    "second_factor.on": "turned the second step at sign-in on",
    "secret.rotated": "rotated the secret that seals keys",
    "settings.changed": "changed the firm's settings",
    "handover.decided": "decided what becomes in Pipedrive of contacts that were handed over",
    "organisation.firm_merge": "merged two organisations",
    "organisation.firm_rename": "renamed an organisation",
    "sign_in": "signed in",
    "sign_in.failed": "did not get in as {}",
    "sign_out": "signed out",
    "sync.chosen": "chose which record in Pipedrive is meant",
    "sync.paused": "paused the pushes to Pipedrive",
    "sync.resumed": "let the pushes to Pipedrive go on",
    "sync.skipped": "skipped a push to Pipedrive",
    "sync.undone": "took back what a push had made in Pipedrive",
    "sync.webhooks": "changed how Pipedrive tells us of changes",
    "token.issued": "made a token for a script",
    "token.revoked": "revoked a token",
    "trash.emptied": "emptied the trash",
    "user.added": "made an account for {}",
    "user.disabled": "disabled {}",
    "user.enabled": "let {} back in",
    "user.invited": "invited a colleague",
    "user.joined": "joined",
    "user.reset_link": "made a password link for {}",
    "user.role": "changed the role of {}",
    "user.signed_out": "signed {} out of a browser",
    "workspace.set_up": "set Pipedriven up",
}


@screen("Audit")
async def audit_log_page(shell: Shell, kind: str = "") -> None:
    basic.title("Audit")
    basic.text("Who did what, and when. It can only grow.", "pd-muted").style("margin-bottom: 12px")
    await AuditLog(shell.me.timezone, kind if kind in KINDS else "").show_more()


class AuditLog:
    """The list, and the kind of action that it is narrowed to, which stands in the address."""

    def __init__(self, zone: str, kind: str) -> None:
        self.zone = zone
        self.kind = kind
        self.last: UUID | None = None
        with ui.element("div").style("margin-bottom: 14px"):
            self.chips = basic.chips(KINDS, kind, self.narrow)
        self.list = ui.element("div").classes("pd-card flush").props("role=list")
        self.rest = basic.button("Earlier", self.show_more, "plain").classes("full-width")

    async def narrow(self, kind: str) -> None:
        self.kind = kind
        self.last = None
        basic.mark_chip(self.chips, kind)
        ui.navigate.history.replace(f"/team/audit?kind={kind}" if kind else "/team/audit")
        self.list.clear()
        await self.show_more()

    async def show_more(self) -> None:
        """The next page of entries, older than the last one that is shown."""
        entries = await look(partial(self.ask, self.kind, self.last))
        self.last = entries[-1].id if entries else self.last
        with self.list:
            for entry in entries:
                draw_entry(entry, self.zone)
            if not entries and not self.list.default_slot.children:
                basic.empty("shield", "Nothing yet", "What colleagues do is written down here.")
        self.rest.set_visibility(len(entries) == audit_log_reader.PAGE)

    @staticmethod
    def ask(kind: str, last: UUID | None, session: Session, me: User) -> list[AuditEntry]:
        return audit_log_reader.read(session, me, kind or None, last)


def draw_entry(entry: AuditEntry, zone: str) -> None:
    done = WORDS.get(entry.action, entry.action.replace("_", " ").replace(".", ": "))
    with (
        ui.element("div").classes("pd-row").props("role=listitem"),
        ui.element("div").classes("pd-row-main"),
        ui.element("span").classes("pd-row-text"),
    ):
        basic.text(f"{actor_name(entry.actor)} {done.format(entry.about or 'somebody')}", "pd-whole")
        basic.text(theme.time_word(entry.at, zone), "pd-row-sub")


def actor_name(actor: str) -> str:
    """`Somebody` for nobody known, `root at the console` for the operator."""
    if actor.startswith("cli"):
        return f"{actor.partition(':')[2] or 'The operator'} at the console"
    return {"nobody": "Somebody", "pipedrive": "Pipedrive", "clock": "The app"}.get(actor, actor)
