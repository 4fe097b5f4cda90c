"""Who connects and says nothing whole is let go; who works, waits for us or sends at a pace of their own is not."""

import asyncio
import socket
from contextlib import ExitStack
from functools import partial

import pytest
import uvicorn

from app import process
from app.web.http import connection_room, patient_connections
from app.web.http.patient_connections import room
from tests.support.waiting import until

LOOK = 0.3
LARGE = 8_000_000
QUICK = b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n"
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
    if scope["path"] == "/large":
        await large(scope, send)
        return
    await asyncio.sleep(0 if scope["path"] == "/quick" else 4 * LOOK)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"done"})


async def large(scope, send):
    """Eight million bytes, in one piece or in many."""
    pieces = int(scope["query_string"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % LARGE)]})
    for number in range(pieces):
        await send({"type": "http.response.body", "body": b"x" * (LARGE // pieces), "more_body": number < pieces - 1})


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


def reads_little(port):
    """A client whose system takes a few thousand bytes and no more."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    return line


async def comes_true(question):
    return await asyncio.to_thread(until, question, 20 * LOOK) or True


@pytest.mark.parametrize("pieces", [1, 100])
async def test_who_asks_for_much_and_takes_nothing_is_let_go(port, pieces):
    with reads_little(port) as line:
        line.sendall(b"GET /large?%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % pieces)
        assert await comes_true(lambda: room.number == 1)
        assert await comes_true(lambda: room.number == 0)


async def test_a_reader_at_a_pace_of_their_own_gets_it_all(port):
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setblocking(False)
        loop, got = asyncio.get_running_loop(), 0
        await loop.sock_sendall(line, b"GET /large?100 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(8):
            got += len(await loop.sock_recv(line, 600_000))
            await asyncio.sleep(LOOK / 2)
        async with asyncio.timeout(40 * LOOK):
            while got < LARGE:
                piece = await loop.sock_recv(line, 1_000_000)
                assert piece
                got += len(piece)


async def opened(port):
    line = socket.socket()
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return line


async def is_answered(line):
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(line, QUICK)
    async with asyncio.timeout(20 * LOOK):
        return (await loop.sock_recv(line, 4096)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("bound", ["MOST_OF_ONE", "MOST"])
async def test_a_stranger_with_many_silent_connections_keeps_nobody_out(port, monkeypatch, bound):
    """Neither at the same address, nor, where one address may have that many, in all."""
    monkeypatch.setattr(patient_connections, "PATIENCE", 60.0)
    monkeypatch.setattr(connection_room, bound, 50)
    with ExitStack() as lines:
        first = lines.enter_context(await opened(port))
        talking = lines.enter_context(await opened(port))
        for _ in range(5):
            for _ in range(30):
                lines.enter_context(await opened(port))
            # whoever says something now and then has not been silent for longest
            assert await is_answered(talking)
            assert await is_answered(lines.enter_context(await opened(port)))
        assert await comes_true(lambda: room.number == 50)
        assert await asyncio.get_running_loop().sock_recv(first, 1) == b""
    assert await comes_true(lambda: not room.guests and room.number == 0)


def test_one_address_is_one_ipv4_or_a_64_of_ipv6():
    class Guest:
        silent_since = 0.0

    here = connection_room.Room()
    for number in range(3):
        here.enter(Guest(), f"2001:db8::{number}")
        here.enter(Guest(), "::ffff:192.0.2.1")
    here.enter(Guest(), "192.0.2.1")
    assert sorted(map(len, here.guests.values())) == [3, 4]
