"""The contact bank: search as one types, chips to narrow it, one contact beside the list (or over it, on a phone)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments
from sqlmodel import Session

from app.errors import NotFound
from app.models import User
from app.pages import live
from app.pages.contact import Whole, contact_panel, whole_story
from app.pages.frame import Shell
from app.pages.parts import basic, lists, people
from app.pages.screen import screen
from app.pages.tap import look
from app.services import contacts, finding, syncs
from app.services.finding import Search
from app.signals import Topic

PAGE = 50

VIEWS: dict[str, tuple[str, Search]] = {
    "all": ("All", Search()),
    "warm": ("Warm", Search(warmness_min=7, sort="-warmness")),
    "quiet": ("Quiet 30 days", Search(not_contacted_days=30, sort="last_contacted")),
    "pushed": ("In Pipedrive", Search(sync="SUCCESS")),  # type: ignore[arg-type]
    "trouble": ("Needs you", Search(sync="FAILED")),  # type: ignore[arg-type]
}


@screen("Contacts")
async def contacts_page(shell: Shell, cid: str | None = None, q: str = "", view: str = "all") -> None:
    state: dict[str, Any] = {"q": q, "view": view if view in VIEWS else "all", "cursor": None, "turn": 0}

    def search() -> Search:
        return replace(VIEWS[state["view"]][1], q=state["q"])

    def page(session: Session, me: User) -> tuple[list[dict[str, Any]], str | None]:
        found = finding.contacts(session, me, search(), state["cursor"], PAGE)
        badges = syncs.standings(session, found.items) if found.items else {}
        return [people.row(contact, badges[contact.id]) for contact in found.items], found.next_cursor

    def first(session: Session, me: User) -> tuple[list[dict[str, Any]], str | None, int]:
        return (*page(session, me), finding.count(session, me, search()))

    async def again() -> None:
        state["turn"], state["cursor"] = state["turn"] + 1, None
        turn = state["turn"]
        shown, cursor, total = await look(first)
        if turn != state["turn"]:
            return
        state["cursor"] = cursor
        rows.show(shown)
        tell(total)
        end.rearm()

    async def more() -> None:
        if state["cursor"]:
            shown, state["cursor"] = await look(page)
            rows.more(shown)
            end.rearm()

    def tell(total: int) -> None:
        count.set_text(f"{total:,} contact{'' if total == 1 else 's'}")
        nothing.set_visibility(total == 0)

    async def typed(event: ValueChangeEventArguments[Any]) -> None:
        state["q"] = event.value or ""
        ui.navigate.history.replace(address(state))
        await again()

    async def choose(name: str) -> None:
        state["view"] = name
        basic.mark_chip(chips, name)
        ui.navigate.history.replace(address(state))
        await again()

    async def open_detail(event: GenericEventArguments) -> None:
        await choose_contact(str(event.args) if event.args else None)
        rows.run_method("loaded")

    async def choose_contact(chosen: str | None) -> None:
        """Ask first, then draw: a slow answer for one contact never lands on the next one."""
        state["chosen"] = chosen
        found = await look(lambda session, me: one(session, me, chosen))
        if state["chosen"] == chosen:
            panel.clear()
            with panel:
                draw(shell, chosen, found)

    async def log(event: GenericEventArguments) -> None:
        contact = await look(lambda session, me: contacts.owned(session, me, UUID(str(event.args))))
        await shell.log(contact)

    shown, state["cursor"], total = await look(first)
    with ui.element("div").classes("pd-with-detail"):
        with ui.element("section"):
            with ui.element("div").classes("pd-find"):
                box = ui.input(value=q, placeholder="Name, firm, mail or phone", on_change=typed)
                box.props('outlined dense debounce=200 type=search clearable aria-label="Search contacts"').classes(
                    "pd-field"
                ).mark("search")
                chips = basic.chips({name: view[0] for name, view in VIEWS.items()}, state["view"], choose)
            count = (
                basic.text("", "pd-muted pd-small").props("aria-live=polite").mark("count").style("margin: 4px 2px 8px")
            )
            with ui.element("div").classes("pd-card flush"):
                rows = lists.Rows(shown, detail=True).mark("rows")
                with ui.element("div") as nothing:
                    basic.empty(
                        "users",
                        "Nobody here",
                        "Add somebody with the plus, or bring a list.",
                        "Import contacts",
                        lambda: ui.navigate.to("/import"),
                    )
            end = lists.Sentinel(more)
        with ui.element("aside").classes("pd-detail").props('aria-label="Contact"'):
            closing()
            panel = ui.element("div").classes("pd-detail-body")
            bones()
    await choose_contact(cid)
    rows.on("open", open_detail).on("log", log)
    tell(total)
    live.on(Topic.CONTACT, again, owner=shell.me.id)
    live.on(Topic.OUTREACH, again, owner=shell.me.id)


def one(session: Session, me: User, chosen: str | None) -> Whole | None:
    try:
        return whole_story(UUID(chosen))(session, me) if chosen else None
    except (NotFound, ValueError):
        return None


def draw(shell: Shell, chosen: str | None, found: Whole | None) -> None:
    """The chosen contact, or a friendly nothing."""
    if found:
        contact_panel(shell, found)
    elif chosen:
        basic.empty("circle-help", str(NotFound()), "It may be in the trash, or it never was yours to see.")
    else:
        basic.empty("user", "Choose somebody", "Their story, their warmness and their Pipedrive state appear here.")


def closing() -> None:
    back = basic.icon_button("chevron-left", "Back to the list", None, "pd-icon-btn pd-close")
    back.on("click", js_handler="() => history.state?.page ? history.back() : (location.href = '/contacts')")


def bones() -> None:
    with ui.element("div").classes("pd-detail-bones").props("aria-hidden=true"):
        for _ in range(5):
            ui.element("div").classes("pd-bone")


def address(state: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    said = {key: state[key] for key in ("q", "view") if state[key] not in {"", "all"}}
    return "/contacts" + (f"?{urlencode(said)}" if said else "")
