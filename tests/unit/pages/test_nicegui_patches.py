"""What is asked about a handler once gets the same answer as when it is asked each time."""

from functools import partial

import pytest
from nicegui import helpers, observables

from app.pages.core import nicegui_patches


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


ASKED = {name: getattr(Odd(), name) for name in vars(Odd) if not name.startswith("__")} | {
    "lambda": lambda: None,
    "lambda of one": lambda event: event,
    "partial, full": partial(Odd().one, 1),
    "partial": partial(Odd().one),
    "print": print,
    "method of a list": [].append,
}


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_is_the_library_s_own(name):
    assert nicegui_patches.expects_arguments(ASKED[name]) is nicegui_patches._uncached(ASKED[name])


def test_an_element_asks_nothing_that_is_known(monkeypatch):
    """The contract with the library: it looks the question up where `remember` puts our answer."""
    monkeypatch.setattr(helpers, "expects_arguments", helpers.expects_arguments)
    nicegui_patches.install()
    Ear = type("Ear", (), {"heard": lambda self: None})
    asked = []
    monkeypatch.setattr(nicegui_patches, "_uncached", lambda handler: asked.append(handler) or False)
    for _ in range(3):
        observables.ObservableDict(on_change=Ear().heard)
    assert len(asked) == 1
