"""The forms that let people in: sign-in, set-up, invitation, new password. They keep what was typed, except passwords."""

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, quote
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.web.html import countries, page

REGIONS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")  # fmt: skip
RULE = "At least 12 characters; a few words make a good one."

# guesses what only the browser knows; the form is whole without it
GUESS = """<script>
(function () {
  var zone = document.getElementById("timezone"), country = document.getElementById("country");
  function pick(list, value) {
    if (list && "guess" in list.dataset && value && list.querySelector('option[value="' + value + '"]')) list.value = value;
  }
  pick(zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
  pick(country, (navigator.language || "").split("-")[1]);
})();
</script>"""


@dataclass(frozen=True)
class Typed:
    """What was sent, what was wrong with each field, and the sentence above them all."""

    values: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    wrong: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


async def typed(request: Request) -> Typed:
    """The posted form; anything that is none counts as empty."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Typed(dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20)))
    except ValueError:
        return Typed()


def sign_in(
    sent: Typed, *, status: int = 200, told: str = "", headers: dict[str, str] | None = None, provider: bool = False
) -> HTMLResponse:
    """`provider` offers the firm's own account as well."""
    form = page.form(
        "/login",
        "Sign in",
        page.hidden("next", sent["next"]),
        _email(sent, autocomplete="username", autofocus=not sent["email"]),
        _password("Password", autofocus=bool(sent["email"])),
        wrong=sent.wrong,
    )
    if provider:
        after = f"?next={quote(sent['next'], safe='')}" if sent["next"] else ""
        form += page.way(f"/login/provider{after}", "Sign in with your firm's account")
    form += '<p class="faint or"><a href="/forgot">Forgot your password?</a></p>'
    intro = told or "Whom do you call next?"
    return _page("Sign in", intro, form, status=status, headers=headers)


def forgot() -> HTMLResponse:
    form = page.form("/forgot", "Mail me a link", _email(Typed(), autocomplete="username", autofocus=True))
    return _page("Forgot your password?", "We mail you a link to choose a new one.", form, status=200)


def told(title: str, sentence: str) -> HTMLResponse:
    return _page(title, sentence, '<p><a class="button" href="/login">To the sign-in page</a></p>', status=200)


def code(
    after: str, ticket: str, *, wrong: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """The second step; `ticket` stands for the password that was right."""
    box = page.field(
        "code", "Code", autocomplete="one-time-code", autocapitalize="none", spellcheck="false", maxlength="40",
        autofocus=True, hint="Six digits from your authenticator, or one of your codes on paper.",
    )  # fmt: skip
    form = page.form(
        "/login/code", "Sign in", page.hidden("next", after), page.hidden("ticket", ticket), box, wrong=wrong
    )
    return _page("One more step", "Your password was right.", form, status=status, headers=headers)


def not_set_up() -> HTMLResponse:
    told = "Nobody has an account here yet. Open the set-up link that the server printed when it started."
    return _page("Almost there", told, "", status=200)


def set_up(sent: Typed, token: str, *, status: int = 200) -> HTMLResponse:
    form = page.form(
        "/setup",
        "Create my account",
        page.hidden("token", token),
        _name(sent),
        _email(sent, autocomplete="email"),
        _password("Password", new=True, wrong=sent.fields.get("password", "")),
        _zone(sent),
        page.choose("country", "Country for phone numbers", countries.choices(), sent["country"] or "DE", guess=not sent.values),
        page.tick("sample", "Fill in sample data and a practice Pipedrive", ticked=sent["sample"] == "yes"),
        wrong=sent.wrong,
    )  # fmt: skip
    return _page(
        "Welcome to Pipedriven",
        "The first account holds the golden ticket and invites the others.",
        form,
        status=status,
    )


def invitation(sent: Typed, token: str, email: str, *, status: int = 200) -> HTMLResponse:
    form = page.form(
        f"/invite/{token}",
        "Join",
        page.field("email", "E-mail address", value=email, type="email", readonly=True, autocomplete="username"),
        _name(sent),
        _password("Password", new=True, wrong=sent.fields.get("password", "")),
        _zone(sent),
        wrong=sent.wrong,
    )
    return _page("You are invited", "Choose a name and a password, and you are in.", form, status=status)


def new_password(sent: Typed, token: str, email: str, *, status: int = 200) -> HTMLResponse:
    form = page.form(
        f"/reset/{token}",
        "Keep this password",
        page.field("email", "E-mail address", value=email, type="email", readonly=True, autocomplete="username"),
        _password("New password", new=True, wrong=sent.fields.get("password", "")),
        wrong=sent.wrong,
    )
    return _page("A new password", "You will be signed out everywhere and sign in again with it.", form, status=status)


def leave() -> HTMLResponse:
    return _page("Sign out?", "You will need your password to come back.", page.form("/logout", "Sign out"), status=200)


def _page(title: str, intro: str, form: str, *, status: int, headers: dict[str, str] | None = None) -> HTMLResponse:
    body = f"<h1>{page.safe(title)}</h1><p class='faint'>{page.safe(intro)}</p>{form}"
    return page.page(title, body + (GUESS if "timezone" in form else ""), status=status, headers=headers)


def _email(sent: Typed, *, autocomplete: str, autofocus: bool = False) -> str:
    wrong = sent.fields.get("email", "")
    return page.field(
        "email",
        "E-mail address",
        value=sent["email"],
        wrong=wrong,
        type="email",
        inputmode="email",
        autocapitalize="none",
        spellcheck="false",
        maxlength="254",
        autocomplete=autocomplete,
        autofocus=autofocus,
    )


def _name(sent: Typed) -> str:
    wrong = sent.fields.get("name", "")
    return page.field("name", "Your name", value=sent["name"], wrong=wrong, autocomplete="name", maxlength="120")


def _password(label: str, *, new: bool = False, wrong: str = "", autofocus: bool = False) -> str:
    autocomplete, least, hint = ("new-password", "12", RULE) if new else ("current-password", False, "")
    return page.field(
        "password",
        label,
        wrong=wrong,
        hint=hint,
        type="password",
        autocomplete=autocomplete,
        minlength=least,
        maxlength="128",
        autofocus=autofocus,
    )


def _zone(sent: Typed) -> str:
    return page.choose("timezone", "Time zone", _zones(), sent["timezone"] or "UTC", guess=not sent.values)


@cache
def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if name.startswith(REGIONS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]
