"""Where a question with its filters is looked at: the address says all of it, so that a link shows the same to others."""

from urllib.parse import urlencode

from app.models import Question, QuestionFilters

# the spans that a campaign's report offers as chips
SPANS = (7, 30, 90)


def address(question: Question, filters: QuestionFilters) -> str:
    """Its path on our own screens."""
    said = {
        "days": filters.last_days,
        "from": filters.from_,
        "to": filters.to,
        "person": filters.user_id,
        "type": filters.type and filters.type.value,
    }
    if question is Question.CAMPAIGN:
        return f"/campaigns/{filters.campaign_id}?{_query({'tab': 'report', **said})}"
    more = {"sector": filters.sector, "theme": filters.theme, "campaign": filters.campaign_id}
    query = _query(
        {**said, **more, "measure": filters.measure and filters.measure.value, "by": filters.by and filters.by.value}
    )
    return "/reports" + (f"?{query}" if query else "")


def _query(said: dict[str, object]) -> str:
    return urlencode({key: str(value) for key, value in said.items() if value})
