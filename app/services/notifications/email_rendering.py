"""What our mails say, as plain text and as the same in HTML (mail.html)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app import templates

_TEMPLATES = templates.beside(__file__)


@dataclass(frozen=True)
class MailItem:
    """One thing to say: a headline, what stands under it, links (words, address), and a bar that is so many percent long."""

    head: str
    under: str = ""
    links: tuple[tuple[str, str], ...] = ()
    bar: int | None = None


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    body: str
    html: str


def render(subject: str, hello: str, sections: Iterable[tuple[str, list[MailItem]]], foot: str) -> RenderedMail:
    """A mail of headed sections; empty ones are left out."""
    filled = [(title, items) for title, items in sections if items]
    plain = [hello, *(_plain(title, items) for title, items in filled), foot]
    html = _TEMPLATES.get_template("mail.html").render(hello=hello, sections=filled, foot=foot)
    return RenderedMail(subject, "\n\n".join(plain), html)


def invitation(firm: str, by: str, address: str) -> RenderedMail:
    """`firm` is where the product runs, `by` who invites."""
    items = [MailItem("Choose a password and you are in", "The link works once, for three days.", (("Join", address),))]
    return render(f"{by} invites you to Pipedriven", f"{by} invites you to Pipedriven at {firm}.", [("", items)],
                  "If you do not know what this is, ignore this mail.")  # fmt: skip


def new_password(address: str) -> RenderedMail:
    items = [MailItem("Choose a new password", "The link works once, for an hour.", (("Choose it", address),))]
    return render("A new password for Pipedriven", "Somebody asked for a new password for your account.",
                  [("", items)], "If that was not you, ignore this mail: nothing changes.")  # fmt: skip


def _plain(title: str, items: list[MailItem]) -> str:
    def told(item: MailItem) -> str:
        links = [f"  {words}: {address}" for words, address in item.links]
        return "\n".join([f"- {item.head}", *([f"  {item.under}"] if item.under else []), *links])

    return "\n".join([*([title.upper()] if title else []), *map(told, items)])
