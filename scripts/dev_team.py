"""Fills an empty database for `make dev`: a team with sample people and a campaign, and the practice Pipedrive.

usage: dev_team.py FILE, which then says who can sign in with which password; everything here is made up.
"""

import os
import sys
from pathlib import Path

from app import db
from app.commands import context
from app.demo import live
from app.services.base import firm_settings


def main(file: str) -> None:
    """Make the team; where somebody is already, nobody is added, and the file says so."""
    os.umask(0o077)
    with context.opened():
        lines = list(live.gather()) or ["This firm was not made by `make dev`: its passwords are not known here."]
        with db.transaction() as session:
            firm_settings.save(session, practice_pipedrive=True)
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")


main(*sys.argv[1:])
