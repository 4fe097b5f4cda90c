"""/api/templates: mails that I write again and again, and one of them filled in for a contact."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing
from app.models import EmailTemplateDraft
from app.services.activities import email_templates

router = Router(prefix="/templates", tags=["templates"])

Given = Annotated[EmailTemplateDraft, Body(openapi_examples=examples.shown(examples.TEMPLATE))]


class TemplateAnswer(Answer):
    """`subject` and `body` may hold `{name}`, `{given_name}`, `{organisation}`, `{job_title}` and `{me}`."""

    id: UUID
    name: str
    subject: str
    body: str


class MailAnswer(Answer):
    """The mail as it is sent; `link` opens a mail program with it."""

    subject: str
    body: str
    link: str


@router.get("", response_model=Listing[TemplateAnswer])
def mine(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    found = email_templates.templates(session, me)
    return etags.shown(request, page.of([TemplateAnswer.model_validate(row) for row in found]))


@router.post("", status_code=201)
def add(session: Transaction, me: Caller, draft: Given) -> TemplateAnswer:
    """Keep a new template; 409 when one of mine has that name."""
    return TemplateAnswer.model_validate(email_templates.save(session, me, draft))


@router.put("/{template_id}")
def change(session: Transaction, me: Caller, template_id: UUID, draft: Given) -> TemplateAnswer:
    return TemplateAnswer.model_validate(email_templates.save(session, me, draft, template_id))


@router.delete("/{template_id}", status_code=204)
def remove(session: Transaction, me: Caller, template_id: UUID) -> None:
    email_templates.remove(session, me, template_id)


@router.get("/{template_id}/mail")
def filled(
    session: Reading,
    me: Viewer,
    template_id: UUID,
    contact_id: Annotated[UUID, Query(description="Whom of mine it is for.")],
) -> MailAnswer:
    """The template with the contact's own words in it; what we do not know of them is left out."""
    return MailAnswer.model_validate(email_templates.fill(session, me, template_id, contact_id))
