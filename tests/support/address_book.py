"""A made-up address book and a newer one, with traps: who in the newer is whom of the older is known for each row."""

import csv
import io
from dataclasses import dataclass, field
from random import Random

GIVEN = [
    "Anna",
    "Bernd",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hanna",
    "Ivo",
    "Jana",
    "Karl",
    "Lena",
    "Moritz",
    "Nora",
    "Otto",
    "Paula",
    "Quirin",
    "Rosa",
    "Sven",
    "Tilda",
    "Udo",
    "Vera",
    "Willi",
    "Xenia",
    "Yara",
    "Zoe",
    "Jörg",
    "Søren",
    "Åse",
    "Łucja",
    "Renée",
    "José",
    "Björn",
    "Çağla",
    "Ana",
    "Hans-Peter",
    "Eva-Maria",
]
FAMILY = [
    "Adler",
    "Bauer",
    "Conrad",
    "Dietz",
    "Ebner",
    "Falk",
    "Gruber",
    "Haas",
    "Imhof",
    "Jung",
    "Kern",
    "Lang",
    "Maurer",
    "Nagel",
    "Ott",
    "Pohl",
    "Quast",
    "Roth",
    "Seidel",
    "Thoma",
    "Ulrich",
    "Vogt",
    "Weiss",
    "Zeller",
    "Müller",
    "Köhler",
    "Schäfer",
    "Krüger",
    "Öztürk",
    "Ødegård",
    "Nuñez",
    "Lefèvre",
    "Kovačević",
    "O'Neill",
]
FIRMS = ["AG", "GmbH", "Ltd", "SA", "AB"]
PLAIN = str.maketrans("äöüøåłéşçğñèčćÖØ'", "aouoaleseghncccooo"[:17])
# what is the same person, somebody else, or for a person to decide
SAME, OTHER, ASK = "same", "other", "ask"


@dataclass
class Book:
    """Two files, and for each row of the second its kind and what is right; `kinds` are all that the traps are of."""

    older: list[dict[str, str]] = field(default_factory=list)
    newer: list[dict[str, str]] = field(default_factory=list)
    truth: list[tuple[str, str]] = field(default_factory=list)


def made(people: int, traps: int, seed: int) -> Book:
    """So many people, most of them in both files; so many of the rows of the newer one are traps."""
    random, book = Random(seed), Book()
    names = [f"{first} {last}" for first in GIVEN for last in FAMILY]
    random.shuffle(names)
    for number in range(people):
        book.older.append(_person(names[number % len(names)], number))
    plain = book.older[: people - traps]
    for row in plain:
        book.newer.append(dict(row))
        book.truth.append(("unchanged", SAME))
    for number, row in enumerate(book.older[people - traps :]):
        kind = list(TRAPS)[number % len(TRAPS)]
        changed, right = TRAPS[kind](dict(row), number, random)
        book.newer.append(changed)
        book.truth.append((kind, right))
    return book


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    lines = csv.DictWriter(out, list(rows[0]))
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()


def _person(name: str, number: int) -> dict[str, str]:
    firm = number // 8
    local = name.lower().replace(" ", ".").translate(PLAIN)
    return {
        "Name": name,
        "Email": f"{local}{number}@firm{firm}.example",
        "Phone": f"+49 30 {7_000_000 + firm}",
        "Mobile": f"+49 151 {20_000_000 + number}",
        "Company": f"Firm {firm} {FIRMS[firm % len(FIRMS)]}",
        "Profile": f"https://www.linkedin.com/in/p{number}",
    }


def _new_name(number: int) -> str:
    return f"Neu{chr(97 + number % 26)} Fremd{chr(97 + number // 26 % 26)}"


def shared_number(row, number, _):
    """A new colleague behind the same switchboard."""
    fresh = {
        "Name": _new_name(number),
        "Email": f"n{number}@{row['Email'].partition('@')[2]}",
        "Mobile": "",
        "Profile": "",
    }
    return row | fresh, OTHER


def role_address(row, number, random):
    role = random.choice(["info", "office", "kontakt", "sales"])
    fresh = {
        "Name": _new_name(number),
        "Email": f"{role}@{row['Email'].partition('@')[2]}",
        "Mobile": "",
        "Profile": "",
    }
    return row | fresh, OTHER


def job_change_by_profile(row, number, _):
    return row | {"Email": "", "Phone": "", "Mobile": "", "Company": f"Elsewhere {number} SE"}, SAME


def job_change_by_address(row, number, _):
    return row | {"Phone": "", "Mobile": "", "Profile": "", "Company": f"Elsewhere {number} SE"}, SAME


def homonym(row, number, _):
    """The same name in another firm, with everything else another."""
    fresh = {"Email": f"h{number}@other{number}.example", "Phone": "", "Mobile": f"+49 160 {3_000_000 + number}"}
    return row | fresh | {"Company": f"Other {number} Oy", "Profile": f"https://www.linkedin.com/in/h{number}"}, OTHER


def another_address(row, number, _):
    """The same name and firm, with an address of another person's own: nobody can tell."""
    return row | {"Email": f"x{number}@private{number}.example", "Phone": "", "Mobile": "", "Profile": ""}, ASK


def turned_name(row, _, __):
    first, _space, last = row["Name"].partition(" ")
    return row | {"Name": f"{last}, {first}", "Profile": "", "Mobile": ""}, SAME


def dressed_name(row, number, _):
    return row | {
        "Name": f"{('Dr. ', 'Prof. ', 'Frau ')[number % 3]}{row['Name']}{(', MBA', '', ' PhD')[number % 3]}",
        "Email": "",
    }, SAME


def initial(row, _, __):
    first, _space, last = row["Name"].partition(" ")
    return row | {"Name": f"{first[0]}. {last}", "Phone": "", "Profile": ""}, SAME


def spelled_number(row, _, __):
    return row | {
        "Email": "",
        "Phone": "",
        "Profile": "",
        "Mobile": row["Mobile"].replace("+49 ", "0049 (0) ").replace(" ", "/", 1),
    }, SAME


TRAPS = {
    one.__name__: one
    for one in (
        shared_number, role_address, job_change_by_profile, job_change_by_address, homonym, another_address, turned_name, dressed_name,
        initial, spelled_number,
    )
}  # fmt: skip
