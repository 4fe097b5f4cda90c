"""The forms that let people in: sign-in, set-up, invitation, new password. They keep what was typed, except passwords."""

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, quote
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app import countries
from app.web.html.page import page

REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@dataclass(frozen=True)
class SentForm:
    """What was sent, what is wrong with each field, and what is wrong with the whole."""

    values: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    wrong: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class Ways:
    """Ways in besides the password: the firm's own account, and passkeys."""

    provider: bool = False
    passkeys: bool = False


async def read(request: Request) -> SentForm:
    """The posted form; a body that is none counts as empty."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return SentForm(dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20)))
    except ValueError:
        return SentForm()


def sign_in(
    sent: SentForm, ways: Ways, *, status: int = 200, intro: str = "", headers: dict[str, str] | None = None
) -> HTMLResponse:
    after = f"?next={quote(sent['next'], safe='')}" if sent["next"] else ""
    return page(
        "sign_in.html",
        status=status,
        headers=headers,
        sent=sent,
        intro=intro or "Whom do you call next?",
        provider=f"/login/provider{after}" if ways.provider else "",
        passkeys=ways.passkeys,
    )


def sign_in_code(
    after: str, ticket: str, *, wrong: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """The second step; `ticket` stands for the password that was right, `after` is the path to go to."""
    return page("sign_in_code.html", status=status, headers=headers, after=after, ticket=ticket, wrong=wrong)


def sign_out() -> HTMLResponse:
    return page("sign_out.html")


def forgot() -> HTMLResponse:
    return page("forgot.html", sent=SentForm())


def to_sign_in(title: str, sentence: str) -> HTMLResponse:
    """One sentence, and the way to the sign-in page."""
    return page("to_sign_in.html", title=title, intro=sentence)


def not_set_up() -> HTMLResponse:
    return page("not_set_up.html")


def set_up(sent: SentForm, token: str, *, status: int = 200) -> HTMLResponse:
    return page("set_up.html", status=status, sent=sent, token=token, zones=_zones(), countries=countries.choices())


def invitation(sent: SentForm, token: str, email: str, *, status: int = 200) -> HTMLResponse:
    return page("invitation.html", status=status, sent=sent, token=token, email=email, zones=_zones())


def new_password(sent: SentForm, token: str, email: str, *, status: int = 200) -> HTMLResponse:
    return page("new_password.html", status=status, sent=sent, token=token, email=email)


@cache
def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if name.startswith(REGIONS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]
