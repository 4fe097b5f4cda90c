"""What a stranger can send grows nothing: no memory, no table, no queue."""

import itertools
import socket

import nicegui
import psutil
import pytest

from tests.support import wall_server

MIB = 1024 * 1024
SPELLINGS = 10_000
ROOM = 24 * MIB
STATIC = f"/_nicegui/{nicegui.__version__}/static/"


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url) as house:
        yield house


def spelled(number):
    """One of many ways to write the path of a file of three megabytes."""
    count, way = divmod(number, 6)
    before = ["./" * (count % 900 + 1), "/" * (count % 900 + 1), f"x{count}/../", "%2e/" * (count % 300 + 1)]
    after = ["/" * (count + 1), f"/../sass.dart.js/{'./' * (count % 900)}"]
    if way < len(before):
        return f"{STATIC}{before[way]}sass.dart.js"
    return f"{STATIC}sass.dart.js{after[way - len(before)]}"


def statuses(house, paths, encoding):
    """The status of each, over one connection, fifty on their way at a time."""
    told = []
    with socket.create_connection(("127.0.0.1", house.port), timeout=60) as line, line.makefile("rb") as heard:
        for some in batched(paths, 50):
            head = f" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encoding}\r\n\r\n"
            line.sendall("".join(f"GET {path}{head}" for path in some).encode("latin-1"))
            told += [status_of(heard) for _ in some]
    return told


def batched(paths, size):
    rest = iter(paths)
    while some := list(itertools.islice(rest, size)):
        yield some


def status_of(heard):
    status, length = int(heard.readline().split()[1]), 0
    while (header := heard.readline()) != b"\r\n":
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    heard.read(length)
    return status


@pytest.mark.parametrize("encoding", ["identity", "br", "gzip"])
def test_ten_thousand_spellings_of_one_file_fill_no_memory(house, encoding):
    server = psutil.Process(house.pid)
    assert statuses(house, [f"{STATIC}sass.dart.js", f"{STATIC}./sass.dart.js"], encoding) == [200, 404]
    before = server.memory_info().rss
    told = statuses(house, map(spelled, range(SPELLINGS // 3)), encoding)
    assert set(told) == {404}
    assert server.memory_info().rss - before < ROOM


def test_letters_written_as_numbers_are_the_same_file(house):
    whole = "".join(f"%{ord(letter):02x}" for letter in "nicegui.css")
    assert statuses(house, [f"{STATIC}nicegui.css", f"{STATIC}{whole}", f"{STATIC}nicegui%2Fcss"], "gzip") == [
        200,
        200,
        404,
    ]
