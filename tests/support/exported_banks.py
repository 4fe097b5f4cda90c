"""A bank as it goes out, and what is in it when it came back."""

import io

from sqlmodel import select

from app import db
from app.models import Contact, Organisation, User
from app.services.exports import exporter
from app.services.exports.exporter import EVERYBODY, Wish

FACTS = ("name", "emails", "phones", "job_title", "linkedin_url", "notes", "tags", "warmness_score", "cadence_days", "last_contacted")  # fmt: skip


def exported(who, kind="csv", search=EVERYBODY, **wish):
    out = io.BytesIO()
    with db.transaction() as session:
        exporter.write_export(session, session.get_one(User, who.id), Wish(kind, search, **wish), out)
    return out.getvalue()


def bank_facts(who):
    with db.reading() as session:
        query = select(Contact, Organisation.name).outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        found = session.exec(query.where(Contact.user_id == who.id, Contact.deleted_at.is_(None))).all()
    return sorted(([repr(getattr(row, fact)) for fact in FACTS] + [repr(firm)] for row, firm in found))


def empty_banks(*people):
    with db.transaction() as session:
        for table in (Contact, Organisation):
            for row in session.exec(select(table).where(table.user_id.in_([who.id for who in people]))):
                session.delete(row)
            session.flush()
