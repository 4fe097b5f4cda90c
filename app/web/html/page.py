"""Plain HTML: one sheet with one card, for everybody whom NiceGUI does not know yet, and for bad news.

It works without JavaScript. Whatever a person typed is escaped here and nowhere else.
"""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse

SHEET = Path(__file__).with_name("plain.html")
STYLE = Path(__file__).with_name("plain.css")


def page(title: str, body: str, *, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A whole page; `body` is HTML made by the functions below."""
    return HTMLResponse(_sheet().replace("{title}", escape(title)).replace("{body}", body), status, headers)


def notice(
    title: str, sentence: str, *, status: int, mark: str = "", headers: dict[str, str] | None = None
) -> HTMLResponse:
    """Bad news and a way back; `mark` is the request's id."""
    quoted = f'<p class="faint">Request <code>{escape(mark)}</code></p>' if mark else ""
    body = f'<h1>{escape(title)}</h1><p>{escape(sentence)}</p><p><a class="button" href="/">Go to start</a></p>{quoted}'
    return page(title, body, status=status, headers=headers)


def safe(text: str) -> str:
    """Text as it may stand between tags."""
    return escape(text)


def form(action: str, button: str, *fields: str, wrong: str = "") -> str:
    alert = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return f'<form method="post" action="{escape(action)}">{alert}{"".join(fields)}<button>{escape(button)}</button></form>'


def field(name: str, label: str, *, value: str = "", wrong: str = "", hint: str = "", **attributes: str | bool) -> str:
    """One labelled input; `wrong` is a sentence that stands right under it."""
    notes = [(f"{name}-wrong", "wrong", wrong), (f"{name}-hint", "faint", hint)]
    told = "".join(
        f"<small {_attributes({'id': key, 'class': kind, 'role': kind == 'wrong' and 'alert'})}>{escape(text)}</small>"
        for key, kind, text in notes
        if text
    )
    described = " ".join(key for key, _, text in notes if text)
    known: dict[str, str | bool] = {"id": name, "name": name, "value": value, "type": "text", "required": True}
    known |= attributes
    known |= {"aria-describedby": described} if described else {}
    known |= {"aria-invalid": "true"} if wrong else {}
    return f'<label for="{name}">{escape(label)}</label><input {_attributes(known)}>{told}'


def choose(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str, *, guess: bool = False) -> str:
    """A labelled select; options are (value, what people read). `guess` lets the page's script choose better."""
    shown = "".join(
        f"<option {_attributes({'value': value, 'selected': value == chosen})}>{escape(text)}</option>"
        for value, text in options
    )
    known = _attributes({"id": name, "name": name, "data-guess": guess})
    return f'<label for="{name}">{escape(label)}</label><select {known}>{shown}</select>'


def tick(name: str, label: str, *, ticked: bool = False) -> str:
    attributes = _attributes({"type": "checkbox", "id": name, "name": name, "value": "yes", "checked": ticked})
    return f'<label class="tick" for="{name}"><input {attributes}><span>{escape(label)}</span></label>'


def hidden(name: str, value: str) -> str:
    return f"<input {_attributes({'type': 'hidden', 'name': name, 'value': value})}>"


def way(address: str, label: str) -> str:
    """Another way than the form above."""
    return f'<p class="faint or">or</p><p><a class="button plain" href="{escape(address)}">{escape(label)}</a></p>'


def _attributes(given: dict[str, str | bool]) -> str:
    return " ".join(
        escape(name.replace("_", "-")) if value is True else f'{escape(name.replace("_", "-"))}="{escape(str(value))}"'
        for name, value in given.items()
        if value is not False
    )


@cache
def _sheet() -> str:
    return SHEET.read_text("utf-8").replace("{style}", STYLE.read_text("utf-8"))
