"""P1: a phone loads the rules of what the product shows, and no others."""

import re
from pathlib import Path

import nicegui
import pytest

from app.web.spared import VERSION, dated, thinned

STATIC = Path(nicegui.__file__).parent / "static"


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".q-btn{a:b}.q-table{a:b}", ".q-btn{a:b}"),
        (".q-table__card,.q-btn,.q-date:hover .q-btn{a:b}", ".q-btn{a:b}"),
        (".q-btn:not(.q-table,.q-tab){a:b}", ".q-btn:not(.q-table,.q-tab){a:b}"),
        ("@media (max-width:9px){.q-date{a:b}}.q-icon{a:b}", ".q-icon{a:b}"),
        ("@media (max-width:9px){.q-date{a:b}.q-icon{a:b}}", "@media (max-width:9px){.q-icon{a:b}}"),
        ("@keyframes q-spin{0%{a:b}to{a:b}}", "@keyframes q-spin{0%{a:b}to{a:b}}"),
        (".bg-red-1{a:b}.bg-red{a:b}.bg-primary{a:b}", ".bg-primary{a:b}"),
        (".q-panelled{a:b}.q-pagination-free{a:b}", ".q-panelled{a:b}"),
    ],
)
def test_a_rule_goes_when_all_that_it_is_for_is_unused(sheet, left):
    assert thinned(sheet.encode()).decode() == left


@pytest.mark.parametrize(
    "part", ["q-btn", "q-field", "q-dialog", "q-menu", "q-checkbox", "q-toggle", "q-slider", "q-item"]
)
def test_what_the_screens_use_stays_whole(part):
    sheet = (STATIC / "quasar.unimportant.prod.css").read_bytes()
    alone = re.compile(rf"(?:^|[{{}},])\.{part}(?:__|--)?[a-z-]*[{{,]".encode())
    assert len(alone.findall(sheet)) == len(alone.findall(thinned(sheet))) > 0


def test_another_choice_of_rules_has_another_address():
    page = (STATIC.parent / "templates" / "index.html").read_bytes()
    for sheet in (b"quasar.important.prod.css", b"quasar.unimportant.prod.css"):
        assert page.count(sheet) == dated(page).count(sheet + VERSION) == 1


def test_most_of_the_sheet_goes():
    sheet = (STATIC / "quasar.unimportant.prod.css").read_bytes()
    assert len(thinned(sheet)) < len(sheet) / 2
