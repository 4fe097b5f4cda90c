"""What our mails say, as plain text and as the same in HTML; every word that a person typed is escaped there."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

PAGE = """<!doctype html><html><body style="margin:0;padding:24px;background:#f4f5fb;font:16px/1.45 system-ui,sans-serif;color:#111827">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border-radius:16px">{body}</div></body></html>"""
LINK = '<a style="color:#4f46e5;font-weight:600;text-decoration:none" href="{address}">{words}</a>'


@dataclass(frozen=True)
class Line:
    """One thing to say: a headline, what stands under it, and links (words, address)."""

    head: str
    under: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str
    html: str


def letter(subject: str, hello: str, sections: Iterable[tuple[str, list[Line]]], foot: str) -> Letter:
    """A mail of headed sections; empty ones are left out."""
    told = [(title, lines) for title, lines in sections if lines]
    plain = [hello, *(_plain(title, lines) for title, lines in told), foot]
    drawn = [f"<p>{escape(hello)}</p>", *(_drawn(title, lines) for title, lines in told)]
    drawn.append(f'<p style="color:#6b7280;font-size:13px">{escape(foot)}</p>')
    return Letter(subject, "\n\n".join(plain), PAGE.replace("{body}", "".join(drawn)))


def invitation(firm: str, by: str, address: str) -> Letter:
    """`firm` is where the product runs, `by` who invites."""
    lines = [Line("Choose a password and you are in", "The link works once, for three days.", (("Join", address),))]
    return letter(f"{by} invites you to Pipedriven", f"{by} invites you to Pipedriven at {firm}.", [("", lines)],
                  "If you do not know what this is, ignore this mail.")  # fmt: skip


def new_password(address: str) -> Letter:
    lines = [Line("Choose a new password", "The link works once, for an hour.", (("Choose it", address),))]
    return letter("A new password for Pipedriven", "Somebody asked for a new password for your account.",
                  [("", lines)], "If that was not you, ignore this mail: nothing changes.")  # fmt: skip


def _plain(title: str, lines: list[Line]) -> str:
    def told(line: Line) -> str:
        links = [f"  {words}: {address}" for words, address in line.links]
        return "\n".join([f"- {line.head}", *([f"  {line.under}"] if line.under else []), *links])

    return "\n".join([*([title.upper()] if title else []), *map(told, lines)])


def _drawn(title: str, lines: list[Line]) -> str:
    head = f'<h2 style="font-size:15px;margin:24px 0 8px">{escape(title)}</h2>' if title else ""
    return head + "".join(map(_row, lines))


def _row(line: Line) -> str:
    links = " &nbsp; ".join(LINK.format(address=escape(address), words=escape(words)) for words, address in line.links)
    under = f'<div style="color:#6b7280;font-size:14px">{escape(line.under)}</div>' if line.under else ""
    done = f'<div style="margin-top:4px">{links}</div>' if links else ""
    return f'<div style="padding:10px 0;border-top:1px solid #e5e7eb"><b>{escape(line.head)}</b>{under}{done}</div>'
