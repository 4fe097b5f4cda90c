"""Email templates: the text of a mail with placeholders for the contact it goes to."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from app.models.base import Draft, Entity, Line, Prose

TEMPLATE_FIELDS = ("name", "given_name", "organisation", "job_title", "me")


def _known_fields(words: str) -> str:
    """A template may name only what a contact has: `{name}`, `{organisation}`, ..."""
    rest = words
    for field in TEMPLATE_FIELDS:
        rest = rest.replace(f"{{{field}}}", "")
    if "{" in rest or "}" in rest:
        raise ValueError("knows {name}, {given_name}, {organisation}, {job_title} and {me} in braces, nothing else")
    return words


class EmailTemplateDraft(Draft):
    """A mail that is written again and again."""

    name: Annotated[str, Line(80, 1)]
    subject: Annotated[str, Line(200), AfterValidator(_known_fields)] = ""
    body: Annotated[str, Prose(5_000), AfterValidator(_known_fields)] = ""


class EmailTemplate(Entity, table=True):
    __tablename__ = "mail_templates"
    __table_args__ = (
        Index("mail_templates_once", "user_id", "name", unique=True),
        CheckConstraint("length(body) <= 5000", name="mail_templates_body_length"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=80)
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", sa_type=Text)
