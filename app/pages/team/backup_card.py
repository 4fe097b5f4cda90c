"""Whether the firm's data is safe, for golden tickets: the nightly backup in words, and the way to the audit trail."""

from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.services.operations import backup_status
from app.services.operations.backup_status import Safety


async def safety_of_the_firm(zone: str) -> None:
    """One quiet line while all is well; what is wrong, and what to do, when it is not."""
    kept = await look(backup_status.seen)
    basic.heading("Backups")
    _draw(kept, zone)
    with basic.link("/team/audit", "pd-line"):
        basic.text("Who did what: the audit trail", "pd-strong")
        basic.icon("chevron-right")


def _draw(kept: Safety | None, zone: str) -> None:
    if kept is None:
        basic.text("The first backup is made within minutes of the first start, then every night.", "pd-muted pd-small")
    elif kept.is_fine:
        assert kept.made_at is not None
        proof = " It was restored into a scratch database to prove that it works." if kept.proved else ""
        where = " They lie in the data folder: copy them to another machine, too."
        basic.text(f"Last backup: {theme.time_word(kept.made_at, zone)}.{proof}{where}", "pd-muted pd-small")
    else:
        last = f"The last good one is of {theme.time_word(kept.made_at, zone)}." if kept.made_at else "There is none."
        basic.text(f"The nightly backup needs somebody. {last} {kept.trouble or ''}".strip(), "pd-card pd-notice bad")
