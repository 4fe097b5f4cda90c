"""Activities: what was done, newest first, and what is planned; a pill counts the touches that came meanwhile."""

import logging
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.pages.activities import feed_actions, feed_filter
from app.pages.activities.feed_filter import FeedChoice, FeedFilter
from app.pages.activities.parts import feed_cards
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, virtual_list
from app.pages.ui.redraw import Memo
from app.services import policy
from app.services.activities import timeline
from app.signals import Topic

PAGE = 40
# after news so many are asked for anew; what was loaded below them is older and stays as it is
NEWEST = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeedPage:
    rows: list[feed_cards.Row]
    cursor: str | None


@screen("Activities")
async def activities_page(shell: Shell) -> None:
    feed = Feed(shell, FeedChoice.of(ui.context.client.sub_pages_router.current_path))
    await feed.begin()
    live_updates.on(feed.take_news, Topic.OUTREACH, Topic.CONTACT)


class Feed:
    """The list, what narrows it, how much of it is loaded, and how many new touches wait above.

    Draws its frame at once, with bones where the touches will be.
    """

    def __init__(self, shell: Shell, chosen: FeedChoice) -> None:
        self.shell = shell
        self.chosen = chosen
        self.cursor: str | None = None
        self.turn = 0
        self.loaded = PAGE
        with ui.element("div").classes("pd-title"):
            basic.title("Activities")
        self.filter = FeedFilter(self.chosen, self.choose)
        with ui.element("div").classes("pd-pill"):
            self.pill = ui.button("", on_click=self.to_top, color=None).props("no-caps unelevated aria-live=polite")
            self.pill.set_visibility(False)
        self.bones = ui.element("div").props("aria-hidden=true")
        with self.bones:
            for _ in range(5):
                ui.element("div").classes("pd-bone").style("height: 112px")
        with ui.element("div"):
            self.cards = feed_cards.FeedCards().mark("feed").on("open", self.open_contact).on("act", self.act)
        self.message = Memo()
        self.end = virtual_list.Sentinel(self.more)

    async def begin(self) -> None:
        await self.refresh()
        self.filter.offer(await look(feed_filter.load_options))

    def page(self, session: Session, me: User, cursor: str | None = None, limit: int = PAGE) -> FeedPage:
        found = timeline.feed(session, me, self.chosen.filter, cursor, limit, soonest=self.chosen.state == "planned")
        return FeedPage(
            feed_cards.card_rows(found.items, me.timezone, me.id, golden=policy.sees_every_campaign(me)),
            found.next_cursor,
        )

    async def load(self, cursor: str | None = None, limit: int = PAGE) -> FeedPage | None:
        """None when it could not be found out; then the screen says so, with a way to try again."""
        try:
            return await look(partial(self.page, cursor=cursor, limit=limit))
        except Refusal:
            raise
        except Exception:
            log.exception("the feed broke")
            if not self.cards.is_deleted:
                self.message.show("broken", self.draw_broken)
            return None

    async def refresh(self) -> None:
        """The newest ones, from the top."""
        self.turn = self.turn + 1
        self.cursor = None
        self.loaded = PAGE
        turn = self.turn
        page = await self.load()
        if turn != self.turn or self.cards.is_deleted:
            return
        self.bones.set_visibility(False)
        if page:
            self.cursor = page.cursor
            self.cards.show(page.rows)
            self.show_waiting([])
            self.show_message()
            self.end.rearm()

    async def more(self) -> None:
        turn, cursor = self.turn, self.cursor
        if cursor and (page := await self.load(cursor)) and (turn, cursor) == (self.turn, self.cursor):
            self.cursor, self.loaded = page.cursor, self.loaded + PAGE
            self.cards.more(page.rows)
            self.show_message()
        self.end.rearm()

    async def take_news(self) -> None:
        """What changed changes where it stands; what is new waits, unless one stands at the top anyway."""
        turn, limit = self.turn, min(self.loaded, NEWEST)
        page = await self.load(None, limit)
        if page is None or turn != self.turn or self.cards.is_deleted:
            return
        fresh = self.cards.fresh(page.rows)
        if fresh and await self.at_top():
            fresh = []
        if turn != self.turn or self.cards.is_deleted:
            return
        self.cards.renew(page.rows, but=fresh)
        if self.loaded <= NEWEST and not fresh:
            self.cursor = page.cursor
        self.show_waiting(fresh)
        self.show_message()

    async def at_top(self) -> bool:
        try:
            return bool(await ui.run_javascript("window.scrollY < 120", timeout=2))
        except TimeoutError:
            return False

    def show_waiting(self, fresh: list[str]) -> None:
        self.pill.set_text(f"{len(fresh)} new")
        self.pill.set_visibility(bool(fresh))

    def show_message(self) -> None:
        there = bool(self.cards.known)
        self.message.show((there, self.chosen), lambda: None if there else self.draw_empty())

    def draw_empty(self) -> None:
        with ui.element("div").classes("pd-card flush"):
            if self.chosen.narrowed:
                basic.empty(
                    "search", "Nothing like this", "No activity matches these filters.", "Show all", self.filter.reset
                )
            elif self.chosen.state == "planned":
                hint = "Follow-ups and meetings that are still to come appear here, the next one first."
                basic.empty("calendar-check", "Nothing planned", hint, "See who is up next", self.to_today)
            else:
                hint = "Every activity that you log appears here, newest first."
                basic.empty("activity", "Nothing here yet", hint, "See who is up next", self.to_today)

    def draw_broken(self) -> None:
        with ui.element("div").classes("pd-card flush").props("role=alert"):
            hint = "Something broke on our side. Nothing of yours is lost."
            basic.empty("triangle-alert", "The activities cannot be shown right now", hint, "Try again", self.refresh)

    def to_today(self) -> None:
        ui.navigate.to("/")

    async def choose(self, chosen: FeedChoice) -> None:
        self.chosen = chosen
        await self.refresh()

    async def to_top(self) -> None:
        await self.refresh()
        ui.run_javascript("window.scrollTo({top: 0, behavior: 'smooth'})")

    def open_contact(self, event: GenericEventArguments) -> None:
        ui.navigate.to(f"/contacts/{event.args}")

    async def act(self, event: GenericEventArguments) -> None:
        verb, touch_id = event.args
        await feed_actions.run_card_action(self.shell, str(verb), UUID(str(touch_id)))
