"""P1: what is asked about a handler once gets the same answer as when it is asked each time."""

from functools import partial

import pytest
from nicegui import helpers, observables

from app.pages import handlers


class Odd:
    def nothing(self): ...
    def one(self, event): ...
    def default(self, event=None): ...
    def many(self, *events, **more): ...
    def keyword(self, *, event): ...
    async def awaited(self, event): ...
    @classmethod
    def of_all(cls, event): ...
    @staticmethod
    def alone(event): ...


ASKED = [
    *(getattr(Odd(), name) for name in vars(Odd) if not name.startswith("__")),
    lambda: None,
    lambda event: event,
    partial(Odd().one, 1),
    partial(Odd().one),
    print,
    [].append,
]


@pytest.mark.parametrize("handler", ASKED, ids=repr)
def test_the_answer_is_the_library_s_own(handler):
    assert handlers.expects_arguments(handler) is handlers._ask(handler)


def test_an_element_asks_nothing_that_is_known(monkeypatch):
    """The contract with the library: it looks the question up where `remember` puts our answer."""
    monkeypatch.setattr(helpers, "expects_arguments", helpers.expects_arguments)
    handlers.remember()
    Ear = type("Ear", (), {"heard": lambda self: None})
    asked = []
    monkeypatch.setattr(handlers, "_ask", lambda handler: asked.append(handler) or False)
    for _ in range(3):
        observables.ObservableDict(on_change=Ear().heard)
    assert len(asked) == 1
