"""The notifications of the bell, newest first, and the outbox: every mail written to this person or, for golden tickets, to anybody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Mail, Notification, NotificationKind, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.ui import basic, theme
from app.services import policy
from app.services.notifications import inbox, mail_outbox, mailed_links
from app.signals import Topic

ICONS = {
    NotificationKind.DIGEST: "sparkles",
    NotificationKind.REMINDER: "alarm-clock",
    NotificationKind.MEETING: "calendar",
    NotificationKind.PIPEDRIVE: "cloud",
    NotificationKind.CAMPAIGN: "target",
}


@screen("Notifications")
async def notifications_page(shell: Shell) -> None:
    @tap
    def read(session: Session, me: User) -> None:
        inbox.mark_read(session, me)

    @ui.refreshable
    def content(bell: inbox.Inbox) -> None:
        if not bell.notices:
            basic.empty("bell", "Nothing new", "Reminders, campaigns and pushes that need you appear here.")
            return
        if bell.unread:
            basic.button("Mark all as read", read, icon_name="check")
        with ui.element("div").classes("pd-card flush"):
            for notice in bell.notices:
                draw_notification(notice, shell.me.timezone)

    async def refresh() -> None:
        content.refresh(await look(inbox.newest))

    basic.title("Notifications").style("margin-bottom: 12px")
    content(await look(inbox.newest))
    with ui.element("div").classes("pd-card flush").style("margin-top: 16px"):
        draw_link("/settings/notifications", "Notification settings", "settings")
        draw_link("/outbox", "Sent mail", "mail")
    live_updates.on(refresh, Topic.NOTICE, owner=shell.me.id)


def draw_notification(notice: Notification, zone: str) -> None:
    with ui.element("div").classes("pd-row"), basic.link(notice.path, "pd-row-main"):
        with ui.element("span").classes("pd-avatar").classes("brandy" if notice.read_at is None else "none"):
            basic.icon(ICONS[notice.kind])
        with ui.element("span").classes("pd-row-text"):
            basic.text(notice.sentence, "pd-strong" if notice.read_at is None else "")
            basic.text(theme.time_word(notice.created_at, zone), "pd-row-sub")


def draw_link(path: str, words: str, icon_name: str) -> None:
    with ui.element("div").classes("pd-row"), basic.link(path, "pd-row-main"):
        basic.icon(icon_name)
        with ui.element("span").classes("pd-row-text"):
            basic.text(words, "pd-row-name")
        basic.icon("chevron-right")


@screen("Outbox")
async def outbox_page(shell: Shell) -> None:
    @tap
    def retry(session: Session, me: User, mail: Mail) -> str:
        mail_outbox.retry(session, me, mail.id)
        return "It is tried again within a minute"

    @tap
    def read_links(session: Session, me: User, mail: Mail, told: list[str]) -> None:
        told.append(mail_outbox.links_of(session, me, mail.id))

    async def show_links(mail: Mail, body: ui.label) -> None:
        told: list[str] = []
        if await read_links(mail, told):
            body.set_text(told[0])

    def ask(session: Session, me: User) -> tuple[Sequence[Mail], set[UUID], bool]:
        mails = mail_outbox.newest(session, me)
        opens = {mail.id for mail in mails if mailed_links.has_links(session, mail.body)}
        return mails, opens, policy.may_manage_every_mail(me)

    mails, opens, golden = await look(ask)
    basic.title("Outbox")
    basic.text("Mail that Pipedriven sent you. Without a mail server you read it here.", "pd-muted").style(
        "margin-bottom: 12px"
    )
    if not mails:
        basic.empty("mail", "No mail yet", "The first morning mail comes at the hour that you chose in Settings.")
        return
    for mail in mails:
        with ui.element("details").classes("pd-card pd-letter"):
            with ui.element("summary"):
                basic.text(mail.subject, "pd-strong")
                basic.text(f"To {mail.address} · {sending_state(mail, shell.me.timezone)}", "pd-muted pd-small")
            told = mailed_links.hidden(mail.body) or "What it said is not kept once it has gone out."
            body = basic.text(told, "pd-pre pd-small")
            if mail.id in opens:
                basic.button("Show its links", lambda mail=mail, body=body: show_links(mail, body), icon_name="link")
            if golden and mail.failed_at:
                basic.button("Try again", lambda mail=mail: retry(mail), icon_name="refresh-cw")


def sending_state(mail: Mail, zone: str) -> str:
    def at(moment: datetime) -> str:
        return theme.mid_sentence(theme.time_word(moment, zone))

    if mail.sent_at:
        return f"sent {at(mail.sent_at)}"
    if mail.failed_at:
        return f"not sent: {mail.error}"
    return f"waits: {mail.error}" if mail.error else f"written {at(mail.created_at)}"
