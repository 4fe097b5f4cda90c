"""The rows that hang on a contact, moved to the contact that it is merged into, as steps that can be taken back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.models import Contact, EntityType, Stage, now
from app.services.push_queue import push_jobs
from app.services.undo.row_snapshots import Step

# which column of which table names a contact that simply changes
HANGS_ON = (
    ("activities", "contact_id"),
    ("activities", "referred_contact_id"),
    ("campaign_moves", "contact_id"),
    ("warmness_changes", "contact_id"),
    ("owed_answers", "contact_id"),
    ("owner_changes", "contact_id"),
)
COUNTED = text("""
select (select count(*) from activities where contact_id = :drop and deleted_at is null) as touches,
       (select count(*) from campaign_contacts where contact_id = :drop) as campaigns,
       (select count(*) from pipedrive_syncs where contact_id = :drop) as pushes
""")
# a stage further on the way wins; who said "not now" counts as not on the way
RANK = [Stage.NOT_NOW, Stage.TO_CONTACT, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.MEETING_BOOKED, Stage.HANDED_OVER]
PLACE = ("stage", "stage_at", "added_at", "assigned_user_id", "outcome")


def counts(session: Session, drop_id: UUID) -> dict[str, int]:
    """How many rows of each kind move over."""
    row = session.execute(COUNTED, {"drop": drop_id}).one()
    return {"touches": row.touches, "campaigns": row.campaigns, "pushes": row.pushes}


def move(session: Session, keep: Contact, drop: Contact, *, theirs: bool) -> list[Step]:
    """Move the rows of `drop` to `keep`, with `theirs` its Pipedrive links too; of two for one board or one push one stays."""
    session.flush()
    both = {"keep": keep.id, "drop": drop.id, "now": now()}
    steps = [_moved(session, table, column, both) for table, column in HANGS_ON]
    steps += [*_places(session, both), *_syncs(session, both)]
    # undone last: the pushes that were there come back before the database queues new ones
    return [*(_links(session, both) if theirs else []), *steps]


def _moved(session: Session, table: str, column: str, both: dict[str, Any], where: str = "true") -> Step:
    change = f"update {table} set {column} = :keep, updated_at = :now where {column} = :drop and {where} returning id"  # noqa: S608 - names from this module
    ids = list(session.execute(text(change), both).scalars())
    return Step(
        table, [{"id": one, column: both["drop"]} for one in ids], [{"id": one, column: both["keep"]} for one in ids]
    )


def _taken(session: Session, table: str, where: str, both: dict[str, Any]) -> Step:
    """Rows that have no place beside those of the contact that is kept."""
    gone = session.execute(text(f"delete from {table} where {where} returning *"), both).mappings()  # noqa: S608 - as above
    return Step(table, [dict(row) for row in gone])


def _places(session: Session, both: dict[str, Any]) -> list[Step]:
    """In a campaign that has both, the place that is further stays."""
    shared = session.execute(SHARED, both).all()
    before: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    for row in shared:
        if RANK.index(Stage(row.theirs["stage"])) > RANK.index(Stage(row.ours["stage"])):
            before.append({"id": row.id, **{name: row.ours[name] for name in PLACE}})
            after.append({"id": row.id, **{name: row.theirs[name] for name in PLACE}})
    gone = _taken(session, "campaign_contacts", ALSO_THERE, both)
    for further in after:
        session.execute(FURTHER, further | {"now": both["now"]})
    return [Step("campaign_contacts", before, after), gone, _moved(session, "campaign_contacts", "contact_id", both)]


SHARED = text("""
select k.id, to_jsonb(k) as ours, to_jsonb(d) as theirs from campaign_contacts k
join campaign_contacts d using (campaign_id)
where k.contact_id = :keep and d.contact_id = :drop order by k.id for update
""")
ALSO_THERE = (
    """contact_id = :drop and campaign_id in (select campaign_id from campaign_contacts where contact_id = :keep)"""
)
FURTHER = text("""
update campaign_contacts set stage = :stage, stage_at = cast(:stage_at as timestamptz), outcome = :outcome,
       added_at = cast(:added_at as timestamptz), assigned_user_id = cast(:assigned_user_id as uuid), updated_at = :now
where id = :id
""")


def _syncs(session: Session, both: dict[str, Any]) -> list[Step]:
    """Pushes of the person count for the one that is kept; of two that wait, one is enough."""
    key = {"keep_key": push_jobs.dedupe_key(EntityType.PERSON, both["keep"])}
    doubled = f"""{OPEN_PERSON} and contact_id = :drop
        and exists (select from pipedrive_syncs o where o.dedupe_key = :keep_key and o.status in ('PENDING', 'RETRY'))"""
    gone = [
        _taken(session, "pipedrive_syncs", doubled, both | key),
        _taken(session, "sync_conflicts", "contact_id = :drop and entity_type = 'person'", both),
    ]
    persons = session.execute(RENAMED, both | key).all()
    before, after = (
        [
            {
                "id": row.id,
                "contact_id": one,
                "entity_id": one,
                "dedupe_key": push_jobs.dedupe_key(EntityType.PERSON, one),
            }
            for row in persons
        ]
        for one in (both["drop"], both["keep"])
    )
    rest = [_moved(session, table, "contact_id", both) for table in ("pipedrive_syncs", "sync_conflicts")]
    return [*gone, Step("pipedrive_syncs", before, after), *rest]


OPEN_PERSON = "entity_type = 'person' and status in ('PENDING', 'RETRY') and trigger <> 'UNDO'"
RENAMED = text("""
update pipedrive_syncs set contact_id = :keep, entity_id = :keep, dedupe_key = :keep_key, updated_at = :now
where contact_id = :drop and entity_type = 'person' and entity_id = :drop returning id
""")


def _links(session: Session, both: dict[str, Any]) -> list[Step]:
    """Who the dropped one was in Pipedrive, the kept one is now."""
    names = {"keep": str(both["keep"]), "drop": str(both["drop"]), "now": both["now"]}
    other = """entity_key = :keep and exists (
        select from pipedrive_links d where d.entity_key = :drop and d.account = pipedrive_links.account
          and d.entity_type = pipedrive_links.entity_type)"""
    return [_taken(session, "pipedrive_links", other, names), _moved(session, "pipedrive_links", "entity_key", names)]
