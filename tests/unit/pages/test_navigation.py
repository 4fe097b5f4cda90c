"""Every screen that the bottom bar does not lead to has an arrow back to one that is there."""

import pytest

from app.pages.shell import navigation
from app.pages.shell.routes import SCREENS

OF_THE_BAR = {path for path, *_ in navigation.NAV}


@pytest.mark.parametrize("path", sorted(set(SCREENS) - OF_THE_BAR))
def test_the_arrow_of_a_screen_leads_to_a_screen_above_it(path):
    if path == "/contacts/{cid}":
        assert navigation.above(path) is None  # it has an arrow of its own, which knows the list
        return
    above = navigation.above(f"{path}?q=a")
    assert above in SCREENS
    assert path.startswith(above) or above == "/more"


@pytest.mark.parametrize("path", sorted(OF_THE_BAR))
def test_the_places_of_the_bar_have_none(path):
    assert navigation.above(path) is None
