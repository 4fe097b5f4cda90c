"""The bulk files' lines as rows of our tables; ids follow from the files' own, so a line can be found again."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid5

from app.models import (
    Activity,
    ActivityType,
    Campaign,
    CampaignContact,
    CampaignUser,
    Contact,
    Organisation,
    Role,
    Stage,
    User,
    first_moves,
    new_id,
    now,
    organisation_key,
)
from app.services.base import phone_numbers

SPACE = UUID("5d1f2a1e-6f5c-5c1b-9a53-1f6f0d9e7a10")
CsvLine = dict[str, str]
Rows = Iterator[dict[str, Any]]
STAGE_OF = {"REPLIED": Stage.IN_DIALOGUE, "MEETING_BOOKED": Stage.MEETING_BOOKED}
FAR = list(Stage)


def id_of(kind: str, number: object) -> UUID:
    """The id of line `number` of a file: `id_of("contact", 17)`."""
    return uuid5(SPACE, f"{kind} {number}")


class Ids:
    """Ids of one kind, worked out once each."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._known: dict[str, UUID] = {}

    def __getitem__(self, number: str) -> UUID:
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = id_of(self._kind, number)
        return found


class Bulk:
    """What the files say, remembered as far as later files need it."""

    def __init__(self, password_hash: str) -> None:
        self.users, self.contacts, self.campaigns = Ids("user"), Ids("contact"), Ids("campaign")
        self.firms: dict[tuple[str, str], UUID] = {}
        self.owners: dict[str, str] = {}
        self.moments: dict[tuple[str, str], tuple[datetime, Stage]] = {}
        self._keys: dict[str, str] = {}
        self._hash = password_hash
        self._leader = ""

    def user(self, lines: Iterator[CsvLine]) -> Rows:
        """People, all with the same password; the first golden ticket leads the campaigns."""
        for line in lines:
            role = Role(line["role"])
            self._leader = self._leader or (line["id"] if role is Role.GOLDEN_TICKET else "")
            row = User(email=line["email"].lower(), name=line["name"], role=role, password_hash=self._hash)
            yield row.model_dump() | {"id": self.users[line["id"]]}

    def organisation(self, lines: Iterator[CsvLine]) -> Rows:
        """One row for each firm in each bank."""
        blank = Organisation(user_id=new_id(), name="-", key="-").model_dump()
        for line in lines:
            owner, name = line["owner_id"], line["organisation"]
            key = self._key(name)
            if name and (owner, key) not in self.firms:
                firm = self.firms[owner, key] = id_of(f"organisation of {owner}", key)
                yield blank | {"id": firm, "user_id": self.users[owner], "name": name, "key": key}

    def contact(self, lines: Iterator[CsvLine]) -> Rows:
        """Contacts, with what search and sorting need."""
        blank = Contact(name="-", user_id=new_id()).model_dump()
        for line in lines:
            self.owners[line["id"]] = line["owner_id"]
            facts = _facts(line)
            # the rule reads and writes names that both have
            Contact.reindex(cast("Contact", facts), line["organisation"] or None)
            key = self._key(line["organisation"])
            yield blank | vars(facts) | {
                "id": self.contacts[line["id"]],
                "user_id": self.users[line["owner_id"]],
                "organisation_id": self.firms.get((line["owner_id"], key)),
                "created_at": datetime.fromisoformat(line["created_at"]),
            }  # fmt: skip

    def campaign(self, lines: Iterator[CsvLine]) -> Rows:
        """Campaigns."""
        for line in lines:
            row = Campaign(
                name=line["name"],
                sector=line["sector"] or None,
                theme=line["theme"] or None,
                start_date=date.fromisoformat(line["start_date"]),
                end_date=date.fromisoformat(line["end_date"]),
                owner_id=self.users[self._leader],
            )
            yield row.model_dump() | {"id": self.campaigns[line["id"]]}

    def activity(self, lines: Iterator[CsvLine]) -> Rows:
        """Touches, all of them done; how far each campaign has come with a contact is noted on the way."""
        blank = Activity(type=ActivityType.CALL, user_id=new_id()).model_dump()
        for line in lines:
            when = datetime.fromisoformat(line["occurred_at"])
            self._note(line, when)
            yield blank | {
                "id": id_of("activity", line["id"]),
                "type": line["type"],
                "user_id": self.users[line["user_id"]],
                "contact_id": self.contacts[line["contact_id"]],
                "campaign_id": self.campaigns[line["campaign_id"]] if line["campaign_id"] else None,
                "subject": line["subject"],
                "note": line["note"],
                "happened_at": when,
                "outcome": line["outcome"] or None,
                "created_at": when,
                "updated_at": when,
            }

    def place(self, lines: Iterator[CsvLine]) -> Rows:
        """A contact's place in a campaign, as far as its touches brought it."""
        blank = CampaignContact(campaign_id=new_id(), contact_id=new_id()).model_dump()
        for line in lines:
            pair = line["campaign_id"], line["contact_id"]
            when, stage = self.moments.get(pair, (now(), Stage.TO_CONTACT))
            yield blank | {
                "id": id_of("place", " ".join(pair)),
                "campaign_id": self.campaigns[pair[0]],
                "contact_id": self.contacts[pair[1]],
                "stage": stage.value,
                "added_at": when,
                "stage_at": when,
            }

    def move(self, lines: Iterator[CsvLine]) -> Rows:
        """How each contact came to its place."""
        for place in self.place(lines):
            stood = CampaignContact(**place | {"stage": Stage(place["stage"])})
            for step in first_moves(stood, self.users[self._leader]):
                yield step.model_dump()

    def member(self, lines: Iterator[CsvLine]) -> Rows:
        """Whoever owns a contact of a campaign is a member of it, and so is its leader."""
        lines = list(lines)  # type: ignore[assignment]
        pairs = {(line["campaign_id"], self.owners[line["contact_id"]]) for line in lines}
        pairs |= {(line["campaign_id"], self._leader) for line in lines}
        for campaign, user in sorted(pairs):
            row = CampaignUser(campaign_id=self.campaigns[campaign], user_id=self.users[user])
            yield row.model_dump() | {"id": id_of("member", f"{campaign} {user}")}

    def _key(self, name: str) -> str:
        """Few firms, many contacts: each name is worked out once."""
        if name not in self._keys:
            self._keys[name] = organisation_key(name)[:200]
        return self._keys[name]

    def _note(self, line: CsvLine, when: datetime) -> None:
        if not line["campaign_id"]:
            return
        pair = line["campaign_id"], line["contact_id"]
        stage = STAGE_OF.get(line["outcome"], Stage.CONTACTED)
        before = self.moments.get(pair)
        if before is None or FAR.index(stage) > FAR.index(before[1]):
            self.moments[pair] = when, stage


def _facts(line: CsvLine) -> SimpleNamespace:
    last = datetime.fromisoformat(line["last_contacted"]) if line["last_contacted"] else None
    return SimpleNamespace(
        name=f"{line['first_name']} {line['last_name']}".strip(),
        emails=[line["email"].lower()] if line["email"] else [],
        phones=[_dialled(line["phone"])] if line["phone"] else [],
        job_title=line["title"] or None,
        linkedin_url=line["linkedin_url"] or None,
        notes="",
        warmness_score=int(line["warmness"]),
        last_contacted=last,
    )


def _dialled(number: str) -> str:
    """International numbers need no reading, which would take longer than everything else together."""
    return "+" + re.sub(r"\D", "", number) if number.startswith("+") else phone_numbers.e164(number, "SE")
