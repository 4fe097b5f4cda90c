"""The state of the nightly backup in words, and the way to the audit log; for golden tickets."""

from app.pages.ui import basic, theme
from app.services.operations.backup_status import Copies, Safety


def draw_backup_card(backup: Safety | None, zone: str) -> None:
    """One muted line while the nightly backup is fine; else what is wrong with it. Below it the way to the audit log."""
    basic.heading("Backups")
    _draw_status(backup, zone)
    if backup and backup.copies:
        _draw_copies(backup.copies, zone)
    with basic.link("/team/audit", "pd-line"):
        basic.text("Who did what: the audit trail", "pd-strong")
        basic.icon("chevron-right")


def _draw_status(backup: Safety | None, zone: str) -> None:
    if backup is None:
        basic.text("The first backup is made within minutes of the first start, then every night.", "pd-muted pd-small")
    elif backup.is_fine:
        assert backup.made_at is not None
        proof = " It was restored into a scratch database to prove that it works." if backup.proved else ""
        where = "" if backup.copies else " They lie in the data folder: copy them to another machine, too."
        basic.text(f"Last backup: {theme.time_word(backup.made_at, zone)}.{proof}{where}", "pd-muted pd-small")
    else:
        last = (
            f"The last good one is of {theme.time_word(backup.made_at, zone)}." if backup.made_at else "There is none."
        )
        basic.text(f"The nightly backup needs somebody. {last} {backup.trouble or ''}".strip(), "pd-card pd-notice bad")


def _draw_copies(copies: Copies, zone: str) -> None:
    last = (
        f"Last copy elsewhere: {theme.time_word(copies.copied_at, zone)}."
        if copies.copied_at
        else "No copy elsewhere yet."
    )
    if copies.is_fine:
        where = f" It is encrypted and lies at {copies.place}." if copies.copied_at else ""
        basic.text(f"{last}{where}", "pd-muted pd-small")
    else:
        basic.text(f"Copies elsewhere need somebody. {last} {copies.trouble or ''}".strip(), "pd-card pd-notice bad")
