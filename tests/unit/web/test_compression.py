"""What compression does to the head of an answer, and what it leaves alone."""

import asyncio
import gzip

import brotli
import pytest
from starlette.responses import Response, StreamingResponse

from app.web.http.compression import Compress

TEXT = b'{"name": "Ada Lovelace"}' * 100


def answer(response, accept="br, gzip"):
    """The headers and the body of a response that went through the middleware."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"accept-encoding", accept.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "asgi": {"spec_version": "2.4"}}
    asyncio.run(Compress(response)(scope, receive, send))
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return head, b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize(
    ("accept", "undo"),
    [("zstd, br, gzip", brotli.decompress), ("br, gzip", brotli.decompress), ("gzip", gzip.decompress)],
)
def test_a_compressed_answer_tells_caches_what_it_depends_on(accept, undo):
    head, body = answer(Response(TEXT, media_type="application/json", headers={"ETag": '"3-abc"'}), accept)
    assert undo(body) == TEXT
    assert head["vary"] == "Accept-Encoding"
    assert head["etag"] == 'W/"3-abc"'
    assert int(head["content-length"]) == len(body)


def test_an_answer_that_stays_as_it_is_keeps_its_strong_etag():
    head, body = answer(Response(TEXT, media_type="application/json", headers={"ETag": '"3-abc"'}), "identity")
    assert (head["etag"], head["vary"], body) == ('"3-abc"', "Accept-Encoding", TEXT)


def test_a_file_sent_in_pieces_is_compressed_to_its_end():
    lines = [b"name,email\r\n", *[b"Ada,ada@example.com\r\n"] * 500]
    head, body = answer(StreamingResponse(iter(lines), media_type="text/csv", headers={"Content-Length": "10012"}))
    assert brotli.decompress(body) == b"".join(lines)
    assert "content-length" not in head


@pytest.mark.parametrize(
    "response",
    [
        Response(TEXT, media_type="image/png"),
        Response(TEXT, media_type="text/css", headers={"Content-Encoding": "br"}),
        Response(TEXT[:500], media_type="application/json"),
    ],
    ids=["pictures", "what is compressed already", "short answers"],
)
def test_what_would_not_shrink_is_left_alone(response):
    before = response.headers.get("content-encoding")
    head, body = answer(response)
    assert (head.get("content-encoding"), body) == (before, response.body)


def test_other_protocols_are_none_of_its_business():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    async def line():
        return {}

    asyncio.run(Compress(app)({"type": "websocket", "path": "/", "headers": []}, line, line))
    assert seen[0][0]["type"] == "websocket"
