"""A small house behind the real wall, in a process of its own: one NiceGUI page with a button, a few routes, the relay of news.

`running(url)` starts it, `serve` is the server itself.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support import cheap_hashes
from tests.support.forked_app import Forked

ROOT = Path(__file__).parents[2]
PASSWORD = "seven quiet otters"


@dataclass
class House:
    port: int
    log: Path
    pid: int
    opened: list = field(default_factory=list)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def browser(self, **headers):
        """A browser somewhere else in the world: own cookies, own address, own Origin."""
        place = ".".join(str(random.randint(1, 254)) for _ in range(4))
        known = {"X-Forwarded-For": place, "Origin": self.address, "User-Agent": "Firefox"} | headers
        given = {name: value for name, value in known.items() if value is not None}
        browser = httpx.Client(base_url=self.address, headers=given, trust_env=False, timeout=20, verify=False)
        self.opened.append(browser)
        return browser

    def close(self):
        """Every browser and line of this test."""
        while self.opened:
            self.opened.pop().close()

    def signed_in(self, user, **headers):
        browser = self.browser(**headers)
        answer = browser.post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser

    def logged(self):
        return self.log.read_text()


@contextlib.contextmanager
def running(url, prepare=cheap_hashes.use, **environment):
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        known = {"TRUSTED_PROXIES": "127.0.0.1/32", "DATABASE_URL": url}
        server = Forked(cwd=folder, env=os.environ | known | environment, log=log, prepare=prepare, command=serve)
        try:
            line = server.stdout.readline()
            assert line, log.read_text()
            house = House(int(line), log, server.pid)
            yield house
            house.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
            server.stdout.close()


def serve():
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.staticfiles import StaticFiles
    from nicegui import Client, ui
    from sqlalchemy import text

    from app import api, db, settings, signals
    from app.vault import Vault
    from app.web.auth import identity
    from app.web.auth.identity import IdentityCache
    from app.web.auth.session_cookie import Cookie
    from app.web.auth.sign_in_flow import SignInFlow
    from app.web.nicegui_adapter import tab_eviction
    from app.web.router import router
    from app.web.stack import Stack

    url = os.environ["DATABASE_URL"]
    listener = socket.socket()
    # a provider has to know our address before we start
    listener.bind(("127.0.0.1", int(os.environ.get("WALL_PORT", "0"))))
    port = listener.getsockname()[1]
    db.connect(url)
    chosen = settings.load(port=port)
    identities = IdentityCache()
    seen = {"pressed": [], "uploaded": 0, "set_up": [], "page": {}}

    async def relay():
        async for news in signals.listen(url):
            if news.topic is signals.Topic.PEOPLE:
                who = None if news.about == signals.ANYTHING else signals_id(news.about)
                identities.forget(who)
                await tab_eviction.end_tabs(identities, who)

    @contextlib.asynccontextmanager
    async def lifespan(_):
        task = asyncio.create_task(relay())
        yield
        task.cancel()

    inside = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    cookie = Cookie(chosen)
    vault = Vault("w" * 40)
    sign_in_flow = SignInFlow(cookie, vault.open, identities)
    inside.include_router(
        router(
            chosen, vault, cookie, sign_in_flow, lambda user_id, sample: seen["set_up"].append([str(user_id), sample])
        )
    )
    inside.mount("/static", StaticFiles(directory=ROOT / "app/web/html"))

    @inside.get("/healthz")
    def healthz():
        return {"ok": True}

    @inside.get("/api/seen")
    def api_seen():
        return seen | {"clients": len(Client.instances)}

    @inside.post("/api/contacts")
    async def api_write(request: Request):
        return {"by": str(request.state.user_id), "size": len(await request.body())}

    @inside.post("/api/contacts/import")
    async def api_import(request: Request):
        async with request.form() as form:
            return {name: len(await part.read()) for name, part in form.items()}

    @inside.get("/api/broken")
    def api_broken():
        raise RuntimeError("canary-7f3a in a traceback")

    @inside.get("/api/away")
    def api_away():
        with db.engine.connect() as connection:
            connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    @inside.get("/api/much")
    def api_much():
        return {"items": ["the same line again"] * 2000}

    # the API's other addresses; what stands above answers first
    api.mount(
        inside, check_key=nobody, seal=vault.seal, unseal=vault.open, sign_in_flow=sign_in_flow, address=chosen.address
    )

    @ui.page("/press")
    def press_page():
        me = identity.signed_in_id(ui.context.client)
        button = ui.button("Press", on_click=lambda: seen["pressed"].append(str(me)))
        upload = ui.upload(on_upload=lambda _: seen.update(uploaded=seen["uploaded"] + 1))
        listener_id = next(iter(button._event_listeners))
        seen["page"] = {"button": button.id, "listener": listener_id, "upload": upload.id}

    @ui.page("/things/{name}")
    def thing_page(name: str):
        ui.label(f"<script>{name}</script>")

    @ui.page("/broken")
    def broken_page():
        raise RuntimeError("canary-7f3a in a traceback")

    ui.run_with(inside, gzip_middleware_factory=None, tailwind=False, reconnect_timeout=4, show_welcome_message=False)
    wall = Stack(inside, chosen, identities, warm=False)

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            print(port, flush=True)

    config = uvicorn.Config(
        wall, proxy_headers=False, server_header=False, access_log=False, log_level="warning", ws_max_size=1_000_000
    )
    asyncio.run(Server(config).serve([listener]))


def nobody(*_):
    raise AssertionError("No Pipedrive key is saved in this house.")


def signals_id(text):
    from uuid import UUID

    return UUID(text)


class Page:
    """What a browser does with the HTML of a NiceGUI page: opens a socket, and presses."""

    def __init__(self, house, browser, path="/press"):
        html = browser.get(path)
        assert html.status_code == 200, html.text
        self.house, self.browser, self.html = house, browser, html.text
        self.client_id = re.search(r"client_id\W+([0-9a-f-]{36})", html.text)[1]
        self.shape = browser.get("/api/seen").json()["page"]

    def open(self, *, cookies=None, origin=None, client_id=None, implicit=True):
        import websockets.sync.client

        cookies = self.browser.cookies if cookies is None else cookies
        jar = "; ".join(f"{name}={value}" for name, value in dict(cookies).items())
        query = (
            f"client_id={client_id or self.client_id}&tab_id=tab&document_id=doc&next_message_id=0"
            f"&implicit_handshake={'true' if implicit else 'false'}&EIO=4&transport=websocket"
        )
        headers = {"Cookie": jar, "X-Forwarded-For": self.browser.headers["X-Forwarded-For"]}
        kept = contextlib.ExitStack()
        manager = websockets.sync.client.connect(
            f"ws://127.0.0.1:{self.house.port}/_nicegui_ws/socket.io/?{query}",
            origin=origin or self.house.address,
            additional_headers=headers,
            proxy=None,
        )
        line = kept.enter_context(manager)
        self.house.opened.append(kept)
        return Socket(line, self)


class Socket:
    """One socket.io line, by hand."""

    def __init__(self, line, page):
        self.line, self.page = line, page
        assert line.recv(5).startswith("0{")
        line.send("40")
        self.welcome = line.recv(5)

    @property
    def is_open(self):
        return self.welcome.startswith("40")

    def emit(self, name, message):
        self.line.send("42" + json.dumps([name, message]))

    def press(self, client_id=None):
        shape = self.page.shape
        client_id = client_id or self.page.client_id
        self.emit(
            "event", {"id": shape["button"], "client_id": client_id, "listener_id": shape["listener"], "args": []}
        )

    def wait_for(self, text, seconds=60):
        """Everything heard until `text` comes, or the line ends."""
        import time

        import websockets

        heard, until = "", time.monotonic() + seconds
        with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
            while text not in heard:
                message = self.line.recv(max(0.01, until - time.monotonic()))
                if message == "2":
                    self.line.send("3")
                heard += message + "\n"
        return heard

    def is_cut(self, seconds=60):
        """Whether the server ended it: a socket.io farewell or a closed line."""
        import time

        import websockets

        until = time.monotonic() + seconds
        try:
            while True:
                message = self.line.recv(max(0.01, until - time.monotonic()))
                if message in {"41", "1"}:
                    return True
                if message == "2":
                    self.line.send("3")
        except websockets.ConnectionClosed:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.line.close()
