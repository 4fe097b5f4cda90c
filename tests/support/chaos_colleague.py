"""A colleague who works in Pipedrive's own screens while it storms, and a ledger of what of theirs has to stand.

The ledger judges at the moment of a write: who overwrites or deletes what a
colleague wrote last, or uses, has done harm. Only one excuse counts: the record
was looked at moments before, and the colleague's deed fell between that look
and the write, because Pipedrive knows no conditional write.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.models import organisation_key
from tests.support import colleague
from tests.support.sync_harness import BOS_KEY

# a look is not older than one push takes, also on a busy machine; what hangs on a record is listed just before the last one
LOOK_HOLDS = 6.0
LISTED_BEFORE = 1.0
OWNER_ONLY, EVERYONE = 1, 3


class Word(NamedTuple):
    """What a colleague wrote into a field last, and when, in monotonic seconds."""

    value: Any
    at: float


@dataclass
class Ledger:
    """`words` by kind, number and field; `uses` by kind and number: what they made or hung on it.

    `known_here` are values of theirs that somebody here saw and then replaced. `names` are
    the keys of organizations that they touched; `crossed` counts deeds that fell between a look and its write; `diary` says when each fell.
    `hidden` is, by number of a person, which was the newest when they hid that one, and when they showed it again.
    """

    words: dict = field(default_factory=dict)
    uses: dict = field(default_factory=dict)
    touched: set = field(default_factory=set)
    names: set = field(default_factory=set)
    put_back: set = field(default_factory=set)
    known_here: set = field(default_factory=set)
    looks: dict = field(default_factory=dict)
    deeds: Counter = field(default_factory=Counter)
    diary: list = field(default_factory=list)
    hidden: dict = field(default_factory=dict)
    harmed: list = field(default_factory=list)
    crossed: int = 0

    def wrote(self, kind, number, **facts):
        for name, value in facts.items():
            self.words[kind, number, name] = Word(value, time.monotonic())

    def used(self, kind, number, what):
        self.uses[kind, number] = Word(what, time.monotonic())

    def forget(self, kind, number):
        """They deleted it themselves, or merged it away."""
        self.uses.pop((kind, number), None)
        for key in [key for key in self.words if key[:2] == (kind, number)]:
            del self.words[key]

    def requested(self, heard, record, before, after):
        """One of our requests was carried out on a record: a look is remembered, a write is judged."""
        if heard.method == "GET":
            self.looks[heard.key, *record] = time.monotonic()
        for key in [key for key in self.words if key[:2] == record]:
            word = self.words[key]
            if heard.method == "DELETE" or (stands(key[2], word, before) and not stands(key[2], word, after)):
                self._judge(heard, record, f"their {key[2]} {word.value!r}", word, listed=0.0)
                del self.words[key]
        if heard.method == "DELETE" and (use := self.uses.pop(record, None)):
            self._judge(heard, record, use.value, use, listed=LISTED_BEFORE)

    def _judge(self, heard, record, what, word, *, listed):
        if heard.method != "DELETE" and word.value in self.known_here:
            return
        look = self.looks.get((heard.key, *record), 0.0)
        if heard.at - look < LOOK_HOLDS and look - listed <= word.at:
            self.crossed += 1
        else:
            self.harmed.append(f"{heard.method} {heard.path} {heard.body.decode()[:200]}: {what} was there")

    def fallen(self, company):
        """What does not stand any more at the end, in words."""
        for (kind, number, name), word in self.words.items():
            record = company.record(kind, number)
            if record["is_deleted"] or not stands(name, word, record):
                yield f"{kind} {number}: {name} is not {word.value!r} any more"
        for (kind, number), use in self.uses.items():
            if company.record(kind, number)["is_deleted"]:
                yield f"{kind} {number} is deleted, and {use.value} was there"


def stands(name, word, record):
    if name in {"phones", "emails"}:
        return word.value in [row["value"] for row in record[name]]
    if name in {"note", "subject"}:
        # "Called off: " is put before a subject of theirs
        return word.value in (record[name] or "")
    return record[name] == word.value


class Colleague:
    """Does whatever colleagues do to records of ours; `dice` chooses what and to which."""

    def __init__(self, dice, fake, ledger):
        self.dice, self.fake, self.ledger = dice, fake, ledger
        self.me = fake.user_ids[BOS_KEY] = fake.company.add_user(BOS_KEY, "Zoe")
        self.number = 0
        self._about: list[int] = []
        self.deleted: list[tuple[str, int]] = []
        self.chances = {
            (self.rename, "persons"): 5, (self.add_number, "persons"): 4, (self.move, "persons"): 2,
            (self.write_minutes, "activities"): 5, (self.change_subject, "activities"): 2,
            (self.take_over, "persons"): 2, (self.take_over, "activities"): 1, (self.take_over, "organizations"): 1,
            (self.hang_something, "persons"): 5, (self.hang_something, "organizations"): 3,
            (self.rename, "organizations"): 0.5, (self.fill_in_address, "organizations"): 1,
            (self.hide, "persons"): 1.5, (self.hide, "organizations"): 0.1,
            (self.delete, "persons"): 1, (self.delete, "activities"): 1, (self.delete, "organizations"): 0.1,
            (self.merge, "persons"): 1.5, (self.merge_firm, "organizations"): 0.1,
        }  # fmt: skip

    def one_more_deed(self):
        """In one moment, as far as anybody who asks Pipedrive can see."""
        with self.fake.company.lock:
            if self.dice.random() < 0.1:
                self.restore()
                return
            deed, kind = self.dice.choices(list(self.chances), self.chances.values())[0]
            if record := self._any(kind):
                deed(kind, record)

    def rename(self, kind, record):
        self._write(kind, record, name=f"{record['name'][:60]} Z{self._next()}")
        self._note(f"{kind}: renamed")

    def add_number(self, kind, person):
        value = f"+4711{self._next():06}"
        self._edit(kind, person, phones=[*person["phones"], {"value": value}])
        self.ledger.wrote(kind, person["id"], phones=value)
        self._note("persons: number added")

    def move(self, kind, person):
        firm = self._typed("organizations", name=f"Zoe's firm {self._next()}")
        self._write(kind, person, org_id=firm["id"])
        self._note("persons: moved to another organization")

    def write_minutes(self, kind, meeting):
        words = f"Minutes {self._next()}: they want an offer."
        self._edit(kind, meeting, note=f"<p>{words}</p>{meeting['note'] or ''}")
        self.ledger.wrote(kind, meeting["id"], note=words)
        self._note("activities: minutes")

    def change_subject(self, kind, meeting):
        self._write(kind, meeting, subject=f"{meeting['subject'][:80]} Z{self._next()}")
        self._note("activities: another subject")

    def take_over(self, kind, record):
        self._write(kind, record, owner_id=self.me)
        self._note(f"{kind}: taken over")

    def hang_something(self, kind, record):
        """A deal, a note, a lead or a call of theirs."""
        deed = self.dice.choice([colleague.deal, colleague.note, colleague.lead, colleague.activity])
        deed(self.fake, kind, record["id"])
        self._touch(kind, record)
        self.ledger.used(kind, record["id"], f"a {deed.__name__} of theirs")
        self._note(f"{kind}: {deed.__name__} added")

    def fill_in_address(self, kind, firm):
        self._write(kind, firm, address={"value": f"Oslo {self._next()}"})
        self._note("organizations: address filled in")

    def hide(self, kind, record):
        """Visible to its owner only, who is the colleague now or still one of us."""
        owner = self.dice.choice([self.me, record["owner_id"]])
        self._write(kind, record, visible_to=OWNER_ONLY, owner_id=owner)
        if kind == "persons":
            self.ledger.hidden[record["id"]] = (self._newest(), None)
        self._note(f"{kind}: hidden")

    def delete(self, kind, record):
        self._touch(kind, record)
        self.ledger.forget(kind, record["id"])
        self.fake.company.remove(kind, record["id"])
        self.deleted.append((kind, record["id"]))
        self._note(f"{kind}: deleted")

    def merge(self, kind, person):
        """Into a double of their own, under the same name, more often than into somebody else."""
        other = self._any(kind, but=person) if self.dice.random() < 0.3 else None
        into = other or self._typed(kind, name=person["name"])
        details = {name: _joined(into[name], person[name]) for name in ("emails", "phones")}
        self._merge(kind, person, into)
        self._edit(kind, into, **details)
        self._note("persons: merged")

    def merge_firm(self, kind, firm):
        self._merge(kind, firm, self._typed(kind, name=f"Zoe's group {self._next()}"))
        self._note("organizations: merged")

    def restore(self):
        """What they deleted lives again, or what they hid is seen again."""
        hidden = [one for one in self.fake.company.store.alive("persons") if one["visible_to"] == OWNER_ONLY]
        if hidden and self.dice.random() < 0.5:
            shown = self.dice.choice(hidden)
            self._write("persons", shown, visible_to=EVERYONE)
            self.ledger.hidden[shown["id"]] = (self.ledger.hidden[shown["id"]][0], self._newest())
            self._note("persons: shown again")
        elif self.deleted:
            kind, number = self.deleted.pop(self.dice.randrange(len(self.deleted)))
            self._edit(kind, {"id": number}, is_deleted=False)
            self.ledger.put_back.add((kind, number))
            self.ledger.used(kind, number, "something that they restored")
            self._note(f"{kind}: restored")

    def _merge(self, kind, record, into):
        self._touch(kind, record)
        self._touch(kind, into)
        self.ledger.forget(kind, record["id"])
        if kind == "organizations":
            for person in self.fake.company.store.alive("persons"):
                if person["org_id"] == record["id"]:
                    self._touch("persons", person)
        moved = [key for key, word in self.ledger.words.items() if key[2] == "org_id" and word.value == record["id"]]
        self.fake.company.merge(kind, record["id"], into["id"])
        self.ledger.used(kind, into["id"], "a merge of theirs")
        for key in moved if kind == "organizations" else ():
            self.ledger.wrote(*key[:2], org_id=into["id"])

    def _write(self, kind, record, **facts):
        self._edit(kind, record, **facts)
        self.ledger.wrote(kind, record["id"], **facts)

    def _edit(self, kind, record, **facts):
        self._touch(kind, self.fake.company.store.rows[kind][record["id"]].record)
        self.fake.company.edit(kind, record["id"], **facts)

    def _touch(self, kind, record):
        self.ledger.touched.add((kind, record["id"]))
        self._about.append(record["id"])
        if kind == "organizations":
            self.ledger.names.add(organisation_key(record["name"]))

    def _any(self, kind, but=None):
        """A living record that the colleague sees; of organizations and activities one of ours."""
        theirs = "creator_user_id" if kind == "activities" else "owner_id"
        known = [
            one
            for one in self.fake.company.store.alive(kind)
            if one is not but and (one.get("visible_to") != OWNER_ONLY or one["owner_id"] == self.me)
        ]
        ours = [one for one in known if kind == "persons" or one[theirs] != self.me]
        return self.dice.choice(ours) if ours else None

    def _typed(self, kind, **facts):
        made = colleague.typed_there(self.fake, kind, **facts)
        self.ledger.used(kind, made["id"], "a record that they made")
        self.ledger.touched.add((kind, made["id"]))
        return made

    def _note(self, deed):
        self.ledger.deeds[deed] += 1
        self.ledger.diary.append((time.monotonic(), deed, self._about))
        self._about = []

    def _newest(self):
        return max(self.fake.company.store.rows["persons"])

    def _next(self):
        self.number += 1
        return self.number


def _joined(some, others):
    """As Pipedrive joins two lists in a merge."""
    rows = {row["value"]: {"value": row["value"]} for row in [*some, *others]}
    return list(rows.values())
