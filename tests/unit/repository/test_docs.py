"""What the documents promise is there: files, headings, variables, commands, routes; and nothing of the machine they were written on."""

import re
from pathlib import Path

import pytest
import typer.main

from app import api
from app.__main__ import build
from app.settings import Settings

ROOT = Path(__file__).parents[3]
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / ".github").rglob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PLAIN = [*DOCS, *(file for file in sorted((ROOT / "deploy").iterdir()) if file.is_file())]
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
CODE = re.compile(r"```.*?```", re.DOTALL)

# where somebody's own machine or package mirror would show
ELSEWHERE = re.compile(
    r"(?<![\w.])/(work|tmp|root|home|dev/shm)/|\b(pypi|pythonhosted|artifactory|nexus|devpi)\b|\bregistry\.|\bdeb\.debian\.org",
    re.IGNORECASE,
)


def name(path):
    return str(path.relative_to(ROOT))


def links():
    """(document, target) of every link and picture that stays inside the project."""
    for doc in DOCS:
        for found in LINK.finditer(CODE.sub("", doc.read_text())):
            target = found[1] or found[2]
            if not re.match(r"[a-z]+:", target):
                yield doc, target


def headings(doc):
    """The anchors of a document, spelled as the usual viewers spell them."""
    lines = re.findall(r"^#+ (.+)$", CODE.sub("", doc.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize(("doc", "target"), [pytest.param(*pair, id=f"{name(pair[0])}:{pair[1]}") for pair in links()])
def test_every_link_leads_somewhere(doc, target):
    path, _, anchor = target.partition("#")
    there = (doc.parent / path).resolve() if path else doc
    assert there.exists()
    assert not anchor or anchor in headings(there)


PLACE = re.compile(r"`((?:app|tests|scripts|migrations|docs|deploy)/[\w./-]*)`")
PLACES = [
    pytest.param(place, id=f"{name(doc)}:{place}")
    for doc in DOCS
    if doc.name != "CHANGELOG.md"
    for place in sorted(set(PLACE.findall(doc.read_text())))
]


@pytest.mark.parametrize("place", PLACES)
def test_every_file_and_folder_that_is_named_is_there(place):
    assert (ROOT / place).exists()


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_every_file_that_a_document_names_is_there(doc):
    named = re.findall(r"`((?:app|docs|migrations|scripts|tests)/[\w/.-]+)`", doc.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_variable_is_in_the_example():
    listed = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {field.upper() for field in Settings.model_fields} <= listed


@pytest.mark.parametrize("doc", PLAIN, ids=name)
def test_no_document_shows_the_machine_it_was_written_on(doc):
    assert [found[0] for found in ELSEWHERE.finditer(doc.read_text())] == []


def test_every_command_that_is_shown_exists():
    commands = typer.main.get_command(build()).commands
    shown = {
        word
        for doc in DOCS
        for word in re.findall(r"(?<!-u )(?<!/opt/)pipedriven ([a-z][a-z-]+)", _code(doc.read_text()))
    }
    assert len(shown) > 8
    assert shown <= set(commands)


def test_every_route_of_the_api_is_listed_and_no_other():
    there = {re.sub(r"\{\w*id\}", "{id}", path.removeprefix("/api")) for path in api.document()["paths"]}
    table = (ROOT / "docs" / "api.md").read_text().split("## All routes")[1]
    listed = {path.replace("{batch_id}", "{id}") for path in re.findall(r"`(/[a-z][^`\s]*)`", table)}
    listed = {f"/users/{{id}}{path}" if path in {"/enable", "/reset-link"} else path for path in listed}
    assert listed == there


def test_decisions_are_numbered_without_a_gap_and_have_one_form():
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{number:04}" for number in range(1, len(files) + 1)]
    for file in files:
        text = file.read_text()
        head = re.match(
            r"# (\d{4}) .+\n\n- Status: (accepted|superseded by (\d{4}))\n- Date: \d{4}-\d\d-\d\d\n\n", text
        )
        assert head, file
        assert head[1] == file.name[:4]
        assert head[3] is None or head[3] in numbers
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Alternatives", "Choice", "Consequence"], (
            file
        )


def test_the_list_of_decisions_says_what_the_records_say():
    listed = re.findall(
        r"^\| \[(\d{4})\]\((.+?)\) \| (.+) \| (.+) \| (.+) \|$", _readme("docs/decisions"), re.MULTILINE
    )
    there = []
    for file in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title, status, date = re.match(r"# \d{4} (.+)\n\n- Status: (.+)\n- Date: (.+)\n", file.read_text()).groups()
        there.append((file.name[:4], file.name, title, date, status))
    assert listed == there


def _code(text):
    """What stands in backticks or code blocks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def _readme(folder):
    return (ROOT / folder / "README.md").read_text()
