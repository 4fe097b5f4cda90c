"""Locks that the kernel drops by itself when their holder dies, however it dies.

`start-stop` lets one process at a time start or stop the server, every process that uses it shares `users`, and the
server's own processes inherit `server`: while it is held, something of PostgreSQL still works on the data.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[int]:
    """Wait until nobody else holds this lock, and hold it for the block; gives a handle that children may inherit."""
    handle = open_owned(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def share(path: Path) -> int:
    """Hold the lock beside others, until the returned handle is closed."""
    handle = open_owned(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def is_last(handle: int) -> bool:
    """Tell whether nobody else shares this handle's lock any more; the handle may lose its share by asking."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def if_free(path: Path) -> Iterator[int | None]:
    """Hold the lock for the block when it is free, else give None; a child that inherits the handle keeps the lock."""
    handle = open_owned(path)
    try:
        yield handle if is_last(handle) else None
    finally:
        os.close(handle)


def open_owned(path: Path, flags: int = os.O_RDWR) -> int:
    """Open a file of the server's folder, private to whoever owns the folder even when root makes it."""
    handle = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle
