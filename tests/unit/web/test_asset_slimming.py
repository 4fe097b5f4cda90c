"""A phone loads the rules of what the product shows, and no others."""

import re
from pathlib import Path

import jinja2
import nicegui
import pytest

from app.pages.shell import first_paint
from app.pages.ui.theme import COMPONENTS
from app.web.nicegui_adapter import page_order
from app.web.nicegui_adapter.asset_slimming import (
    BASE,
    LAYERS,
    SHEET,
    VERSION,
    slimmed,
    whole_sheet,
    without_unused_rules,
)
from app.web.nicegui_adapter.page_order import reordered

STATIC = Path(nicegui.__file__).parent / "static"
PAGE = (STATIC.parent / "templates" / "index.html").read_text()


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".q-btn{a:b}.q-table{a:b}", ".q-btn{a:b}"),
        (".q-table__card,.q-btn,.q-date:hover .q-btn{a:b}", ".q-btn{a:b}"),
        (".q-btn:not(.q-table,.q-tab){a:b}", ".q-btn:not(.q-table,.q-tab){a:b}"),
        ("@media (max-width:9px){.q-date{a:b}}.q-icon{a:b}", ".q-icon{a:b}"),
        ("@media (max-width:9px){.q-date{a:b}.q-icon{a:b}}", "@media (max-width:9px){.q-icon{a:b}}"),
        ("/* .q-btn, .q-table */ .q-btn{a:b}", " .q-btn{a:b}"),
        ("@keyframes q-spin{0%{a:b}to{a:b}}", "@keyframes q-spin{0%{a:b}to{a:b}}"),
        (".bg-red-1{a:b}.bg-red{a:b}.bg-primary{a:b}", ".bg-primary{a:b}"),
        (".q-panelled{a:b}.q-pagination-free{a:b}", ".q-panelled{a:b}"),
    ],
)
def test_a_rule_goes_when_all_that_it_is_for_is_unused(sheet, left):
    assert without_unused_rules(sheet) == left


@pytest.mark.parametrize(
    "part", ["q-btn", "q-field", "q-dialog", "q-menu", "q-checkbox", "q-toggle", "q-slider", "q-item"]
)
def test_what_the_screens_use_stays_whole(part):
    sheet = (STATIC / "quasar.unimportant.prod.css").read_text()
    alone = re.compile(rf"(?:^|[{{}},])\.{part}(?:__|--)?[a-z-]*[{{,]")
    assert len(alone.findall(sheet)) == len(alone.findall(without_unused_rules(sheet))) > 0


def test_most_of_the_sheet_goes():
    sheet = (STATIC / "quasar.unimportant.prod.css").read_text()
    assert len(without_unused_rules(sheet)) < len(sheet) / 2


def test_the_part_around_a_screen_needs_no_compiler():
    file = (STATIC.parent / "elements" / "sub_pages.js").read_bytes()
    light = slimmed("/_nicegui/x/components/y/sub_pages.js", file)
    assert b"template:" in file
    assert b"template:" not in light
    assert slimmed("/_nicegui/x/components/y/other.js", file) == file
    for name in ("nav.js", "acts.js"):  # what Today is made of, beside Quasar's parts
        assert "template" not in re.sub(r"//.*", "", (COMPONENTS / name).read_text())


@pytest.fixture(scope="module")
def page():
    """A page as NiceGUI's template makes it, with a screen's first content and one module."""
    values = {"prefix": "", "version": nicegui.__version__, "prod_js": True, "headwind_css": "", "dark": None, "favicon_url": "/favicon.ico",
              "js_imports_urls": ["/a.js"], "body_html": f"<style></style>\n{first_paint.START}<p>Whom to call</p>{first_paint.END}", "translations": {}}  # fmt: skip
    return jinja2.Template(PAGE, autoescape=True).render(values)


def test_the_sheets_of_the_page_are_one_file_in_the_same_layers(page):
    imported = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\)', page)
    assert {layer: path.removeprefix(BASE) for path, layer in imported} == LAYERS | {"base": "fonts.css"}
    assert re.findall(r'@import url\("([^"]+)"\)', reordered(page.encode()).decode()) == [SHEET + VERSION]
    assert re.findall(r"@layer (\w+)\{", whole_sheet().decode()) == [*LAYERS]
    assert not re.search(r"@import|@charset|url\((?!\"data:)", whole_sheet().decode())


def test_a_layer_is_closed_where_its_file_ends():
    for name in LAYERS.values():
        file = re.sub(r'"[^"]*"|/\*.*?\*/', "", without_unused_rules((STATIC / name).read_text()), flags=re.DOTALL)
        assert file.count("{") == file.count("}") > 0


def test_what_is_read_first_stands_before_all_scripts(page):
    assert (first_paint.START.encode(), first_paint.END.encode()) == (page_order.FIRST, page_order.END)
    body = reordered(page.encode()).decode().partition("<body>")[2]
    assert body.startswith("<p>Whom to call</p>")
    assert body.count("Whom to call") == 1


def test_the_largest_script_and_the_last_one_are_asked_for_early(page):
    head = reordered(page.encode()).decode().partition("</head>")[0]
    early = re.findall(r'<link rel="(?:preload|modulepreload)"[^>]*href="([^"]+)"', head)
    assert early == [BASE + "quasar.umd.prod.js", BASE + "dompurify.mjs", "/a.js"]
    assert f'src="{early[0]}"' in page
    assert (STATIC / "dompurify.mjs").exists()


def test_a_page_without_first_content_and_a_plain_page_keep_their_body(page):
    bare = page.replace(first_paint.START, "").replace(first_paint.END, "")
    assert reordered(bare.encode()).partition(b"<body>")[2] == bare.encode().partition(b"<body>")[2]
    plain = b"<html><body><!--first-->x<!--/first--></body></html>"
    assert reordered(plain) == plain
