"""What NiceGUI asks about a handler again and again, answered once: a third of the time that a screen takes to build.

Every element has three collections, each with one of its own methods as a
handler, and the library reads that method's signature each time.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType, MethodType
from typing import Any

from nicegui import helpers

_ask = helpers.expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether the handler wants to be given something; of a method once for all that have it."""
    if isinstance(func, MethodType) and isinstance(func.__func__, FunctionType):
        return _of_method(func.__func__)
    return _ask(func)


@cache
def _of_method(function: FunctionType) -> bool:
    return _ask(MethodType(function, object()))


def remember() -> None:
    """Put it in the library's place; again changes nothing."""
    helpers.expects_arguments = expects_arguments
