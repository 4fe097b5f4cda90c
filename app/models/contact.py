"""A contact: somebody in a consultant's bank, how warm, and when they were last spoken to."""

import re
from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy
from pydantic import AfterValidator, BeforeValidator, model_validator
from sqlalchemy import ARRAY, CheckConstraint, Index, Integer, Text, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship

from app.hidden_characters import without_hidden
from app.models.base import Draft, EmptyIsNone, Entity, Instant, Line, Prose, fold
from app.models.organisation import Organisation
from app.models.people import person_names, profiles, typos
from app.models.people.phone import PhoneDetail
from app.models.user import Email

WARM = 7
COLDEST, WARMEST = 0, 10
MOST_ADDRESSES = 10
# a snooze and a rhythm last two years at most
MOST_DAYS = 730
MOST_TAGS = 30
MOST_NOTES = 10_000


# in SQL, exactly as the index for suggestions has it: there is a profile, or an address that has not failed
REACHABLE = "linkedin_url IS NOT NULL OR NOT (emails || phones) <@ failed_addresses"


def by_https(link: str) -> str:
    """The same address by https, as files and signatures still give it by http or with nothing before it."""
    scheme, found, rest = link.strip().rpartition("://")
    return f"https://{rest}" if not found or scheme.lower() == "http" else link


def _profile(link: str) -> str:
    parts = urlsplit(link if "://" in link else f"https://{link}")
    if parts.scheme != "https" or not parts.hostname or parts.username or "." not in parts.hostname:
        raise ValueError("must be a web address that starts with https://")
    return parts.geturl()


def _as_seen(number: Any) -> Any:
    """Address books wrap the numbers that they copy into marks of direction."""
    return without_hidden(number) if isinstance(number, str) else number


def _dialable(number: str) -> str:
    if not 4 <= len(re.sub(r"\D", "", number)) <= 30:
        raise ValueError("is not a phone number")
    return number


def _tags(words: list[str]) -> list[str]:
    return sorted({word.strip().lower() for word in words if word.strip()})


def _no_blanks(values: Any) -> Any:
    return [v for v in values if not (isinstance(v, str) and not v.strip())] if isinstance(values, list) else values


Phone = Annotated[str, BeforeValidator(_as_seen), Line(80), AfterValidator(_dialable)]
Addresses = Field(default_factory=list, max_length=MOST_ADDRESSES)


class ContactDraft(Draft):
    """What a consultant may type about a contact. The form and the API share these rules.

    `email` and `phone` are the first of `emails` and `phones`; give either form.
    """

    name: Annotated[str, Line(200, 1)]
    email: Annotated[Email | None, EmptyIsNone] = None
    emails: Annotated[list[Email], BeforeValidator(_no_blanks)] = Addresses
    phone: Annotated[Phone | None, EmptyIsNone] = None
    phones: Annotated[list[Phone], BeforeValidator(_no_blanks)] = Addresses
    phone_details: list[PhoneDetail] = Field(default_factory=list, max_length=2 * MOST_ADDRESSES)
    organisation: Annotated[Annotated[str, Line(200)] | None, EmptyIsNone] = None
    job_title: Annotated[Annotated[str, Line(120)] | None, EmptyIsNone] = None
    linkedin_url: Annotated[Annotated[str, Line(300), AfterValidator(_profile)] | None, EmptyIsNone] = None
    notes: Annotated[str, Prose(MOST_NOTES)] = ""
    tags: Annotated[list[Annotated[str, Line(40, 1)]], BeforeValidator(_no_blanks), AfterValidator(_tags)] = Field(
        default_factory=list, max_length=MOST_TAGS
    )
    warmness_score: int = Field(default=COLDEST, ge=COLDEST, le=WARMEST)
    cadence_days: int | None = Field(default=None, ge=1, le=MOST_DAYS)

    @model_validator(mode="after")
    def _first_is_primary(self) -> Self:
        self.__dict__["emails"] = _with_first(self.email, self.emails)
        self.__dict__["phones"] = _with_first(self.phone, self.phones)
        self.__dict__["email"] = next(iter(self.emails), None)
        self.__dict__["phone"] = next(iter(self.phones), None)
        return self


def _with_first(first: str | None, rest: list[str]) -> list[str]:
    return list(dict.fromkeys([first, *rest] if first else rest))


class Contact(Entity, table=True):
    """A row of the bank. Made and changed only by `contact_bank.add` and `contact_bank.change`.

    `last_contacted` is when somebody was reached or written to last, `last_attempt` when it was tried in vain last, and
    `failed_addresses` what it failed at: numbers that are wrong and addresses that mail comes back from.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("warmness_score BETWEEN 0 AND 10", name="contacts_warmness_range"),
        CheckConstraint("cadence_days BETWEEN 1 AND 730", name="contacts_cadence_range"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="contacts_name_length"),
        CheckConstraint("length(notes) <= 10000", name="contacts_notes_length"),
        CheckConstraint("cardinality(emails) <= 10 AND cardinality(phones) <= 10", name="contacts_addresses"),
        Index("contacts_by_name", "user_id", "sort_name", "id", postgresql_where=text("deleted_at IS NULL")),
        Index(
            "contacts_by_silence",
            "user_id",
            text(f"({REACHABLE})"),
            "warmness_score",
            text("last_contacted ASC NULLS FIRST"),
            "id",
            postgresql_where=text("deleted_at IS NULL AND cadence_days IS NULL"),
        ),
        Index(
            "contacts_by_cadence",
            "user_id",
            postgresql_where=text("deleted_at IS NULL AND cadence_days IS NOT NULL"),
        ),
        Index("contacts_by_last", "user_id", text("last_contacted ASC NULLS FIRST"), "id", postgresql_where=text("deleted_at IS NULL")),
        Index("contacts_by_warmness", "user_id", text("warmness_score DESC"), "id", postgresql_where=text("deleted_at IS NULL")),
        Index("contacts_by_newest", "user_id", text("created_at DESC"), "id", postgresql_where=text("deleted_at IS NULL")),
        Index("contacts_by_search", "user_id", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
        Index("contacts_by_more", "user_id", "search_more", postgresql_using="gin", postgresql_ops={"search_more": "gin_trgm_ops"}),
        Index("contacts_by_tag_words", "user_id", literal_column("tag_words(tags)").label("tag_words"), postgresql_using="gin",
              postgresql_ops={"tag_words": "gin_trgm_ops"}),
        Index("contacts_by_typo", "user_id", "typo_keys", postgresql_using="gin"),
        Index("contacts_by_profile", "user_id", "profile_key", postgresql_where=text("profile_key IS NOT NULL")),
        Index("contacts_by_email", "emails", postgresql_using="gin"),
        Index("contacts_by_phone", "phones", postgresql_using="gin"),
        Index("contacts_in_pipedrive", "user_id", "sort_name", "id",
              postgresql_where=text("deleted_at IS NULL AND pipedrive_person_id IS NOT NULL")),
        Index("contacts_not_pushed", "user_id", "id",
              postgresql_where=text("deleted_at IS NULL AND pipedrive_person_id IS NULL")),
        Index("contacts_by_tag", "user_id", "tags", postgresql_using="gin"),
        Index("contacts_by_due", "user_id", "next_due", postgresql_where=text("deleted_at IS NULL AND next_due IS NOT NULL")),
        Index("contacts_by_import", "import_id", postgresql_where=text("import_id IS NOT NULL")),
    )  # fmt: skip

    user_id: UUID = Field(foreign_key="users.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True, ondelete="SET NULL")
    import_id: UUID | None = Field(default=None, foreign_key="imports.id", ondelete="SET NULL")
    name: str = Field(max_length=200)
    given_name: str = Field(default="", max_length=200)
    family_name: str = Field(default="", max_length=200)
    sort_name: str = Field(default="", max_length=400)
    search_text: str = Field(default="", sa_type=Text)
    search_more: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    typo_keys: list[int] = Field(
        default_factory=list, sa_type=ARRAY(Integer), sa_column_kwargs={"server_default": "{}"}
    )
    emails: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    phones: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    phone_details: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"}
    )
    job_title: str | None = Field(default=None, max_length=120)
    linkedin_url: str | None = Field(default=None, max_length=300)
    profile_key: str | None = Field(default=None, max_length=300)
    notes: str = Field(default="", sa_type=Text)
    tags: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    warmness_score: int = COLDEST
    cadence_days: int | None = None
    last_contacted: datetime | None = Field(default=None, sa_type=Instant)
    last_attempt: datetime | None = Field(default=None, sa_type=Instant)
    failed_addresses: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    contacted_elsewhere: datetime | None = Field(default=None, sa_type=Instant)
    next_due: datetime | None = Field(default=None, sa_type=Instant)
    snoozed_until: datetime | None = Field(default=None, sa_type=Instant)
    pipedrive_person_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
    pipedrive_org_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
    version: int = 1
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)

    organisation: Organisation | None = Relationship(sa_relationship_kwargs={"lazy": "raise"})

    @property
    def email(self) -> str | None:
        return next(iter(self.emails), None)

    @property
    def phone(self) -> str | None:
        return next(iter(self.phones), None)

    @property
    def good_emails(self) -> list[str]:
        """The addresses that no mail came back from."""
        return [email for email in self.emails if email not in self.failed_addresses]

    @property
    def good_phones(self) -> list[str]:
        """The numbers that nobody said are wrong."""
        return [phone for phone in self.phones if phone not in self.failed_addresses]

    def reindex(self, organisation: str | None) -> None:
        """Rewrite what is derived from the typed facts: name parts, sort key, search texts, the profile as a key."""
        self.given_name, self.family_name = person_names.split_name(self.name)
        self.sort_name = person_names.sort_name(self.name)[:400]
        self.profile_key = profiles.profile_key(self.linkedin_url)
        digits = [re.sub(r"\D", "", phone) for phone in self.phones]
        known = [self.name, organisation or "", *self.emails, *self.phones, *digits]
        self.search_text = fold(" ".join(filter(None, known)))
        self.search_more = fold(f"{self.job_title or ''} {self.notes}")
        self.typo_keys = typos.keys_of(fold(f"{self.given_name} {self.family_name} {organisation or ''}"))
