"""What is held of static files, whoever asks for however many of them."""

import asyncio
import random

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from app.web.nicegui_adapter.asset_cache import PIECE, AssetCache, is_asset, is_canonical
from app.web.nicegui_adapter.precompressed_store import PrecompressedStore

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path):
    """Forty scripts that hardly shrink."""
    dice = random.Random(1)
    for number in range(40):
        (tmp_path / f"{number}.js").write_bytes(dice.randbytes(100_000))
    return tmp_path


def cache_of(folder, **given):
    app = Starlette(routes=[Mount("/static", StaticFiles(directory=folder))])
    return AssetCache(app, PrecompressedStore(None), **given)


async def get(cache, path, encoding="br"):
    heard = []

    async def send(message):
        heard.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"accept-encoding", encoding.encode())],
        "server": ("127.0.0.1", 1),
    }
    await cache(scope, asyncio.Event().wait, send)
    return heard


async def test_what_is_held_has_an_upper_bound(folder):
    cache = cache_of(folder, most=MIB)
    for number in range(40):
        for encoding in ("br", "gzip", "identity"):
            heard = await get(cache, f"/static/{number}.js", encoding)
            assert heard[0]["status"] == 200
            assert cache.held <= MIB
    assert cache.held > MIB / 2


async def test_many_who_ask_for_one_file_have_it_compressed_once(folder, monkeypatch):
    cache, made = cache_of(folder), []
    read = cache._read

    async def counted(scope):
        made.append(scope["path"])
        return await read(scope)

    monkeypatch.setattr(cache, "_read", counted)
    answers = await asyncio.gather(*(get(cache, "/static/7.js") for _ in range(50)))
    assert {heard[0]["status"] for heard in answers} == {200}
    assert made == ["/static/7.js"]


@pytest.mark.parametrize("encoding", ["br", "identity"])
async def test_an_answer_leaves_in_pieces(folder, encoding):
    """A reader who takes nothing makes the server hold one piece, not a whole file for each of their connections."""
    heard = await get(cache_of(folder), "/static/7.js", encoding)
    assert max(len(message.get("body", b"")) for message in heard) <= PIECE
    assert [message.get("more_body", False) for message in heard[1:]][-1] is False


@pytest.mark.parametrize(
    "spelling",
    [
        "/static/./a.js",
        "/static//a.js",
        "/static/x/../a.js",
        "/static/a.js/",
        "//static/a.js",
        "/static/a\\b.js",
        "/static/a\x00.js",
        "/static/" + "a" * 300,
    ],
)
def test_another_spelling_is_not_canonical(spelling):
    assert not is_canonical(spelling)
    assert is_canonical("/static/a.js")
    assert is_asset("/static/a.js")
