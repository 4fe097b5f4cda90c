"""What the database is asked while pages are loaded: the whole product behind its own wall, in a process of its own."""

import tempfile
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event

from app import db
from app.services.accounts import sessions
from tests.support.forked_app import FORKS
from tests.support.waiting import until

ADDRESS = "http://localhost:8080"
# set where a request comes in and known to whatever it begins: what the clock asks meanwhile is not the page's
ASKED: ContextVar[list[tuple[str, str]] | None] = ContextVar("ASKED", default=None)


@dataclass(frozen=True)
class Load:
    """One page as somebody got it: `asked` is every statement with its values, in order."""

    status: int
    html: str
    asked: list[tuple[str, str]]


def loaded(url, who, *paths):
    """Each of these pages as this person gets it, one after the other."""
    with db.transaction() as session:
        token = sessions.open_session(session, who, "Firefox")
    heard, told = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_load, args=(url, token, paths, told))
    process.start()
    told.close()
    try:
        return heard.recv()
    finally:
        process.join()
        heard.close()


def _load(url, token, paths, told):
    from starlette.testclient import TestClient

    from app import main, settings, signals
    from app.pages.shell import frame
    from app.sync.queue import company
    from app.sync.runner.scheduler import Clock
    from app.vault import Vault
    from app.web.auth import identity

    # however busy the machine is, the page is sent with its content, and who asks is not looked up between two pages
    frame.FIRST_ANSWER = 60.0
    identity.FRESH = 600.0
    # nor what the firm chose
    signals.SURE = 600.0
    db.connect(url)
    config, vault = settings.load(), Vault("p" * 40)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        practice = company.Practice(place / "practice.json")
        context = company.build_context(config, vault, practice)
        site = main.Site(config, place, url, vault, practice, context, Clock(context))
        stack = main.application(site)
        # nobody fetches the files of this page, so nobody compresses them either
        stack._warm = False
        event.listen(db.engine, "before_cursor_execute", _note)
        noted = Noted(stack)
        with TestClient(noted, base_url=ADDRESS, cookies={"sid": token}) as client:
            until(lambda: signals.news_connection.is_hearing)
            told.send([noted.load(client, path) for path in paths])


class Noted:
    """The product, with a list for what each request asks the database."""

    def __init__(self, app):
        self.app, self.asked = app, []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            ASKED.set(self.asked)
        await self.app(scope, receive, send)

    def load(self, client, path):
        self.asked = []
        answer = client.get(path, follow_redirects=False)
        return Load(answer.status_code, answer.text, [*self.asked])


def _note(_line, _cursor, statement, values, *_):
    if (asked := ASKED.get()) is not None:
        asked.append((statement, repr(values)))
