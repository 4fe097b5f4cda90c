"""Who connects and says nothing whole is let go; who works, waits for us or sends at a pace of their own is not."""

import asyncio
from functools import partial

import pytest
import uvicorn

from app import process
from app.web.http import patient_connections

LOOK = 0.3
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(autouse=True)
def _empty():
    """No database is asked."""


async def app(scope, receive, send):
    """Reads the whole body, takes its time, and answers; over a socket it says one word late."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(4 * LOOK)
        await send({"type": "websocket.send", "text": "late"})
        return
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            return
    await asyncio.sleep(4 * LOOK)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
async def port(monkeypatch):
    monkeypatch.setattr(patient_connections, "PATIENCE", LOOK)
    chosen = process.config(app)
    chosen.load()
    state = uvicorn.Server(chosen).server_state
    made = partial(chosen.http_protocol_class, config=chosen, server_state=state, app_state={})
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def is_let_go(reader):
    """Whether the other side hung up before long, with nothing said."""
    try:
        async with asyncio.timeout(5 * LOOK):
            return await reader.read(1) == b""
    except TimeoutError:
        return False


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HTTP/1.1\r\nHost: loc", HEAD % 1000 + b"a"],
    ids=["nothing", "half a head", "the beginning of a body"],
)
async def test_who_says_nothing_whole_is_let_go(port, said):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    assert await is_let_go(reader)
    writer.close()


async def test_a_drop_now_and_then_holds_no_connection(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n")
    gone = asyncio.create_task(is_let_go(reader))
    while not gone.done():
        writer.write(b"X: y\r\n")
        await asyncio.sleep(LOOK / 4)
    assert await gone
    writer.close()


async def test_a_slow_body_is_waited_for_and_so_are_we(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD % (8 * 2048))
    for _ in range(8):
        writer.write(b"x" * 2048)
        await asyncio.sleep(LOOK / 2)
    async with asyncio.timeout(20 * LOOK):
        assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_quiet_socket_stays_open(port):
    import websockets

    async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as line:
        assert await line.recv() == "late"
