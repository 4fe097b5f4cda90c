"""Waiting for what other threads and processes do. The limits are for what never comes: a busy machine does not reach them."""

import time

import psycopg

from app.signals import CHANNEL

NEVER = 60


def until(true, seconds=NEVER, pause=0.02):
    """Return what it says as soon as that is true; fail when it is not by then."""
    end = time.monotonic() + seconds
    while not (said := true()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(pause)
    return said


def announced(line, url):
    """The payloads that a listening connection was sent by everything that is committed by now."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"notify {CHANNEL}, 'the end'")
    said = []
    for notice in line.notifies(timeout=NEVER):
        if notice.payload == "the end":
            return said
        said.append(notice.payload)
    raise AssertionError("the connection hears nothing")
