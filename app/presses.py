"""Which press an event is, and how much its finger had seen: what tells a second deed from a first one told twice.

A press waits in the browser while the line is away and is sent when it is back, however often the finger fell
meanwhile. So every event says up to which message the browser had read what this page was sent. A press whose finger
had not seen the answer to the one before is the same press once more.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field

Control = tuple[int, str, str]


@dataclass
class Press:
    """One event of a browser: its `control` (element, listener, and what it says of itself) and what was `seen`.

    `seen` counts the messages that the browser had read. `is_first` is None until a deed asks. With `counts_anew` it is a
    deed of its own however little was seen, as a step further on a scale is.
    """

    control: Control
    seen: int
    counts_anew: bool = False
    is_first: bool | None = field(default=None, compare=False)


current: ContextVar[Press | None] = ContextVar("press", default=None)
