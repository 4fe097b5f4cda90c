"""What a colleague does in Pipedrive's own screens to the first person and the first organization there.

Each deed hangs something on a record or changes it; its name is what a test
says of it. `DEEDS` tells of which kind of record each can be done to.
"""

import json

from app.practice.request_handler import answer
from tests.support.sync_harness import BOS_KEY

KEYS = {"persons": "person_id", "organizations": "org_id", "activities": "activity_id"}
STAMP = "2026-11-29T12:00:00Z"


def typed_there(fake, kind, **facts):
    """Somebody typed it into Pipedrive's own screens; returns the record."""
    headers = {"x-api-token": BOS_KEY, "content-type": "application/json"}
    prefix = "/v1" if kind == "leads" else "/api/v2"
    reply = answer(fake.company, "POST", f"{prefix}/{kind}", [], headers, json.dumps(facts).encode())
    assert reply.status in {200, 201}, reply.body
    return json.loads(reply.body)["data"]


def deal(fake, kind, number):
    typed_there(fake, "deals", title="Bo's deal", **{KEYS[kind]: number})


def won_deal(fake, kind, number):
    made = typed_there(fake, "deals", title="Bo's deal", **{KEYS[kind]: number})
    fake.company.edit("deals", made["id"], status="won")


def part_of_a_deal(fake, _kind, number):
    made = typed_there(fake, "deals", title="Bo's deal")
    fake.company.attachments.participants.append([made["id"], number])


def lead(fake, kind, number):
    return typed_there(
        fake, "leads", title="Bo's lead", **{"person_id" if kind == "persons" else "organization_id": number}
    )


def archived_lead(fake, kind, number):
    fake.company.leads[lead(fake, kind, number)["id"]]["is_archived"] = True


def note(fake, kind, number):
    fake.company.attachments.add_note(fake.user_ids[BOS_KEY], STAMP, "<p>Minutes</p>", {KEYS[kind]: number})


def file(fake, kind, number):
    fake.company.attachments.add_file(fake.user_ids[BOS_KEY], STAMP, "offer.pdf", {KEYS[kind]: number})


def activity(fake, kind, number):
    about = (
        {"org_id": number} if kind == "organizations" else {"participants": [{"person_id": number, "primary": True}]}
    )
    typed_there(fake, "activities", subject="Bo's call", type="call", **about)


def second_participant(fake, _kind, number):
    friend = typed_there(fake, "persons", name="A friend")
    rows = [{"person_id": friend["id"], "primary": True}, {"person_id": number}]
    typed_there(fake, "activities", subject="Bo's call", type="call", participants=rows)


def owner(fake, kind, number):
    fake.company.edit(kind, number, owner_id=fake.user_ids[BOS_KEY])


def another_name(fake, kind, number):
    fake.company.edit(kind, number, name="Dr. Their Name")


def another_number(fake, _kind, number):
    person = fake.company.record("persons", number)
    fake.company.edit("persons", number, phones=[*person["phones"], {"value": "+4711111111"}])


def another_firm(fake, _kind, number):
    firm = typed_there(fake, "organizations", name="Bo's firm")
    fake.company.edit("persons", number, org_id=firm["id"])


def label(fake, kind, number):
    fake.company.edit(kind, number, label_ids=[3])


def shown_to_a_group(fake, kind, number):
    fake.company.edit(kind, number, visible_to=5)


def label_of_an_address(fake, _kind, number):
    rows = fake.company.record("persons", number)["emails"]
    fake.company.edit("persons", number, emails=[{**row, "label": "home"} for row in rows])


def address(fake, _kind, number):
    fake.company.edit("organizations", number, address={"value": "Oslo"})


def custom_field(fake, kind, number):
    fake.company.edit(kind, number, custom_fields={"f" * 40: "A customer since 1990"})


def person_of_it(fake, _kind, number):
    typed_there(fake, "persons", name="A colleague of theirs", org_id=number)


def minutes(fake, _kind, number):
    note = fake.company.record("activities", number)["note"]
    fake.company.edit("activities", number, note=f"<p>Minutes: they want an offer.</p>{note}")


def another_day(fake, _kind, number):
    fake.company.edit("activities", number, due_date="2027-01-05")


def another_guest(fake, _kind, number):
    friend = typed_there(fake, "persons", name="A friend")
    guests = [*fake.company.record("activities", number)["participants"], {"person_id": friend["id"]}]
    fake.company.edit("activities", number, participants=guests)


def put_on_a_deal(fake, _kind, number):
    fake.company.edit("activities", number, deal_id=typed_there(fake, "deals", title="Bo's deal")["id"])


DEEDS = {
    "persons": (
        deal, won_deal, part_of_a_deal, lead, archived_lead, note, file, activity, second_participant, owner,
        another_name, another_number, another_firm, label, custom_field, shown_to_a_group, label_of_an_address,
    ),
    "organizations": (
        deal, won_deal, lead, archived_lead, note, file, activity, owner, another_name, label, address, custom_field,
        person_of_it, shown_to_a_group,
    ),
    "activities": (owner, minutes, another_day, another_guest, put_on_a_deal),
}  # fmt: skip
EVERY_DEED = [(kind, deed) for kind, deeds in DEEDS.items() for deed in deeds]
