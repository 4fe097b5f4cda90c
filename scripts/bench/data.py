"""The files to load: from the shared generator where it is at hand, else smaller ones of the same shape."""

import csv
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from scripts.bench.site import ROOT

GENERATOR = ROOT.parent / "shared" / "data" / "gen.py"
WORDS = ["berg", "strand", "holm", "lund", "stein", "silver", "north", "wood"]
FIRST = [
    "Amara",
    "Anders",
    "Beatriz",
    "Chen",
    "Dmitri",
    "Elena",
    "Freya",
    "Hiro",
    "Ingrid",
    "Karim",
    "Leila",
    "Mateo",
    "Nadia",
    "Olga",
    "Priya",
    "Yusuf",
]
LAST = [
    head + tail for head in ("Lind", "Silver", "North", "Sund", "Oak") for tail in ("berg", "holm", "wood", "strand")
]
TYPES = ["CALL", "EMAIL", "MEETING", "LINKEDIN", "REFERRAL", "CONFERENCE"]
PEOPLE, CAMPAIGNS = 50, 20
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def prepared(folder: Path, contacts: int) -> Path:
    """A folder with the six files for so many contacts and three times as many touches."""
    if GENERATOR.is_file():
        words = [sys.executable, str(GENERATOR), "--scale", str(contacts), "--out", str(folder)]
        subprocess.run(words, check=True, stdout=sys.stderr)
    else:
        folder.mkdir(parents=True)
        _make(folder, contacts, random.Random(contacts))
    return folder


def partials(folder: Path) -> list[str]:
    """Words that are parts of many names."""
    meta = folder / "meta.json"
    return list(json.loads(meta.read_text())["partials"]) if meta.is_file() else WORDS


def names(folder: Path, most: int = 2_000) -> list[str]:
    """Given names of the file, as often as they are there."""
    with (folder / "contacts.csv").open(encoding="utf-8") as file:
        return [row["first_name"] for row in islice(csv.DictReader(file), most)]


def _make(folder: Path, contacts: int, dice: random.Random) -> None:
    owners = [dice.randint(1, PEOPLE) for _ in range(contacts)]
    _write(folder / "users.csv", "id email name role", (
        (n, f"user{n:02d}@bench.example", f"{dice.choice(FIRST)} {dice.choice(LAST)}", "CONSULTANT" if n > 5 else "GOLDEN_TICKET")
        for n in range(1, PEOPLE + 1)
    ))  # fmt: skip
    _write(folder / "campaigns.csv", "id name sector theme start_date end_date", (
        (n, f"Energy Pricing {n:02d}", "Energy", "Pricing", "2026-06-01", "2026-12-31") for n in range(1, CAMPAIGNS + 1)
    ))  # fmt: skip
    _write(
        folder / "contacts.csv",
        "id owner_id first_name last_name email phone title organisation_id organisation warmness last_contacted"
        " created_at linkedin_url",
        (_contact(n, owners[n - 1], contacts, dice) for n in range(1, contacts + 1)),
    )
    _write(folder / "campaign_contacts.csv", "campaign_id contact_id", (
        (dice.randint(1, CAMPAIGNS), n) for n in range(1, contacts + 1, 2)
    ))  # fmt: skip
    _write(folder / "activities.csv", "id contact_id user_id campaign_id type outcome subject note occurred_at", (
        (n, contact := dice.randint(1, contacts), owners[contact - 1], "", kind := dice.choice(TYPES), "", f"{kind} {n}", "", _moment(dice))
        for n in range(1, 3 * contacts + 1)
    ))  # fmt: skip


def _contact(number: int, owner: int, contacts: int, dice: random.Random) -> tuple[object, ...]:
    first, last, firm = dice.choice(FIRST), dice.choice(LAST), dice.randint(1, max(10, contacts // 10))
    email = f"{first}.{last}.{number}@o{firm}.example".lower() if number % 12 else ""
    phone = f"+46 {dice.randint(100, 999)} {dice.randint(100, 999)} {dice.randint(1000, 9999)}" if number % 7 else ""
    told = _moment(dice) if number % 5 else ""
    return (number, owner, first, last, email, phone, "CFO", firm, f"Nordic Works {firm}", dice.randint(0, 10), told, "2023-01-01T00:00:00+00:00", "")  # fmt: skip


def _moment(dice: random.Random) -> str:
    return (NOW - timedelta(seconds=dice.randint(1, 365 * 86_400))).isoformat()


def _write(file: Path, columns: str, rows: object) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns.split())
        writer.writerows(rows)  # type: ignore[arg-type]
