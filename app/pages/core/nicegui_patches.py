"""A patch of NiceGUI: whether a handler takes an argument is found out once per method, not for each of its elements.

Every element has three collections, each with one of its own methods as a
handler, and the library reads that method's signature each time: a third of the
time that a screen takes to build.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType, MethodType
from typing import Any

from nicegui import helpers

_uncached = helpers.expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether the handler takes an argument; remembered per function for the methods of all elements."""
    if isinstance(func, MethodType) and isinstance(func.__func__, FunctionType):
        return _of_method(func.__func__)
    return _uncached(func)


@cache
def _of_method(function: FunctionType) -> bool:
    return _uncached(MethodType(function, object()))


def install() -> None:
    """Replace the library's function; a second call changes nothing."""
    helpers.expects_arguments = expects_arguments
