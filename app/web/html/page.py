"""Plain HTML pages: one sheet with one card, for people without a session and for errors. They work without JavaScript."""

from starlette.responses import HTMLResponse

from app import templates

_TEMPLATES = templates.beside(__file__)


def page(template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> HTMLResponse:
    """A template of this folder, filled with `values`."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status, headers)


def error(
    title: str, sentence: str, *, status: int, request_id: str = "", headers: dict[str, str] | None = None
) -> HTMLResponse:
    """What went wrong, and a way back."""
    return page("error.html", status=status, headers=headers, title=title, sentence=sentence, request_id=request_id)
