"""The composition root: the only module that knows every other."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from nicegui import background_tasks, ui
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from app import api, backups, db, logs, process, secret_key, signals, workers
from app.backups import copies, nightly
from app.leader import Leader
from app.mail import wiring
from app.mail.delivery import Delivery
from app.models import User
from app.pages.core import live_updates
from app.pages.core.dependencies import Dependencies
from app.pages.reports.live.hub import ReportHub
from app.pages.shell import routes
from app.pages.ui import theme
from app.postgres import Server, data_folder, kept_running, open_server
from app.practice import page as practice_page
from app.services.accounts import users
from app.services.accounts.pipedrive_keys import KeyOwner
from app.services.base import firm_settings
from app.services.base.firm_cache import firm_cache
from app.services.pipedrive.manual_push import SearchResult, Wanted
from app.services.samples import sample_data
from app.settings import Settings
from app.signals import Signal, Topic
from app.sync.pull import webhooks
from app.sync.push import preview
from app.sync.queue import company
from app.sync.runner import after_push, pruning
from app.sync.runner.scheduler import Clock
from app.vault import Vault
from app.web import health
from app.web.auth.identity import IdentityCache
from app.web.auth.session_cookie import Cookie
from app.web.auth.sign_in_flow import SignInFlow
from app.web.middleware import metrics
from app.web.middleware.rate_limit import EXCHANGE_SECONDS
from app.web.nicegui_adapter import tab_eviction
from app.web.public import practice_pages
from app.web.router import router
from app.web.stack import Stack

# so many objects more than before, so many rounds of the young before the older, and of these before the oldest
GARBAGE = (20_000, 20, 10)
VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
PING = 25.0
BACKUP_SECONDS, COPY_SECONDS, HANDED_SECONDS, PRUNE_SECONDS = 600.0, 300.0, 900.0, 6 * 3600.0

# a new key is news about a person
WAKES = {Topic.SYNC, Topic.PEOPLE}


@dataclass(frozen=True)
class Site:
    """What one process is made of."""

    settings: Settings
    data_dir: Path
    url: str
    vault: Vault
    practice: company.Practice
    context: company.SyncContext
    clock: Clock
    push_key: str = ""
    hub: ReportHub = field(default_factory=ReportHub)
    identities: IdentityCache = field(default_factory=IdentityCache)

    def check_key(self, api_key: str) -> KeyOwner:
        return company.check_key(self.settings, api_key)

    def let_go(self, who: User) -> None:
        webhooks.remove_for(self.context, who)

    def look_up(self, wanted: Wanted) -> SearchResult:
        return preview.search_pipedrive(self.context, wanted)


def serve(settings: Settings) -> None:
    """Open the database, bring it up to date, and serve until told to stop."""
    logs.configure(settings.log_level)
    data_dir = data_folder(settings.data_dir)
    keys = secret_key.keys(data_dir, settings.secret_key)
    workers.check(settings)
    with process.door(settings) as door, open_server(data_dir, settings.database_url, settings.migrate_url) as server:
        backups.upgrade(server, data_dir)
        db.connect(server.serving_url)
        if settings.workers > 1:
            door.close()
            with kept_running(server, process.end):
                workers.serve(settings, data_dir, partial(process.greet, settings, data_dir))
            return
        metrics.install(db.engine)
        practice = company.Practice(data_dir / "practice.json")
        vault = Vault(*keys)
        context = company.build_context(settings, vault, practice)
        clock = Clock(context)
        delivery = wiring.delivery_for(settings, data_dir)
        leader = Leader(server.url)
        schedule(clock, delivery, server, data_dir, leader)
        copying = partial(copies.round_, server, data_dir, settings.backup_to, context.stopping)
        clock.also("copies elsewhere", COPY_SECONDS, leader.only(copying))
        site = Site(settings, data_dir, server.serving_url, vault, practice, context, clock, delivery.push_key)
        if not workers.is_one():
            process.greet(settings, data_dir)
        everything = application(site)
        with kept_running(server, process.end):
            process.run(everything, door)


def schedule(clock: Clock, delivery: Delivery, server: Server, data_dir: Path, leader: Leader | None = None) -> None:
    """Everything that is done every so often without anybody asking, each round by itself and in one process alone."""

    def also(name: str, seconds: float, chore: Callable[[], object]) -> None:
        clock.also(name, seconds, leader.only(chore) if leader else chore)

    delivery.schedule(also)
    also("cards handed over", HANDED_SECONDS, after_push.catch_up)
    also("backups", BACKUP_SECONDS, partial(nightly.round_, server, data_dir))
    also("trash", PRUNE_SECONDS, pruning.empty_trash)
    also("old pushes", PRUNE_SECONDS, pruning.delete_old_pushes)
    also("old notes", PRUNE_SECONDS, pruning.delete_old_notes)


def application(site: Site) -> Stack:
    """Everything between a socket and the database, as one ASGI application."""
    # what is loaded stays, and an answer of 50 rows is no reason to look through every open page for garbage
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    inside = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=_living(site))
    cookie = Cookie(site.settings)
    sign_in_flow = SignInFlow(cookie, site.vault.open, site.identities)
    inside.include_router(router(site.settings, site.vault, cookie, sign_in_flow, partial(_set_up, site.data_dir)))
    inside.include_router(health.routes(lambda: health.look(site.data_dir, site.clock.heartbeat)))
    api.mount(
        inside,
        check_key=site.check_key,
        seal=site.vault.seal,
        unseal=site.vault.open,
        sign_in_flow=sign_in_flow,
        address=site.settings.address,
        look_up=site.look_up,
        push_key=site.push_key,
        let_go=site.let_go,
        phone_key=site.vault.phone_key,
        offline_hours=site.settings.offline_hours,
    )
    _files(inside)
    inside.include_router(
        practice_pages.routes(
            lambda kind, record, seen, counts: practice_page.render(
                site.practice.company, kind, record, seen, counts_others=counts
            )
        )
    )
    routes.build(
        Dependencies(
            address=site.settings.address,
            check_key=site.check_key,
            seal=site.vault.seal,
            unseal=site.vault.open,
            look_up=site.look_up,
            let_go=site.let_go,
        ),
        site.hub,
    )
    ui.run_with(
        inside,
        title="Pipedriven",
        viewport=VIEWPORT,
        favicon=theme.STATIC / "icon.svg",
        dark=None,
        language="en-US",
        binding_refresh_interval=None,
        reconnect_timeout=PING,
        gzip_middleware_factory=None,
        tailwind=False,
        show_welcome_message=False,
    )
    stack = Stack(inside, site.settings, site.identities, shelf=site.data_dir / "squeezed")
    site.clock.also("request limits", EXCHANGE_SECONDS, stack.limits.exchange)
    return stack


def _living(site: Site) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        relay = background_tasks.create(_relay(site), name="signals")
        await site.clock.start()
        yield
        relay.cancel()
        await site.clock.stop()

    return lifespan


async def _relay(site: Site) -> None:
    """News from the database, to whoever it concerns in this process."""
    async for signal in signals.listen(site.url):
        if signal.topic is Topic.PEOPLE:
            await _about_people(site.identities, signal)
        if signal.topic is Topic.FIRM:
            firm_cache.forget()
        if signal.topic in WAKES:
            site.clock.wake()
        live_updates.deliver(signal)
        site.hub.deliver(signal)


async def _about_people(identities: IdentityCache, signal: Signal) -> None:
    user_id = None if signal.about == signals.ANYTHING else UUID(signal.about)
    identities.forget(user_id)
    await tab_eviction.end_tabs(identities, user_id)


def _files(inside: FastAPI) -> None:
    """What a browser asks for by a fixed name."""
    inside.mount("/static", StaticFiles(directory=theme.STATIC))

    @inside.get("/sw.js", include_in_schema=False)
    async def worker() -> Response:
        return FileResponse(theme.STATIC / "sw.js", media_type="text/javascript")

    @inside.get("/manifest.webmanifest", include_in_schema=False)
    async def manifest() -> Response:
        return FileResponse(theme.STATIC / "manifest.webmanifest", media_type="application/manifest+json")


def _set_up(data_dir: Path, user_id: UUID, sample: bool) -> None:
    """The first account is there; the tick on the page asked for something to look at."""
    process.link_file(data_dir).unlink(missing_ok=True)
    if sample:
        with db.transaction() as session:
            firm_settings.save(session, practice_pipedrive=True)
            sample_data.fill(session, users.acting(session, user_id))
