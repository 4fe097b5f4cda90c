"""Which touches count, in SQL: one condition for figures, campaigns, suggestions and the last touch of a contact."""

from app.models import CALLED_OFF

_CALLED_OFF = ", ".join(f"'{outcome.value}'" for outcome in sorted(CALLED_OFF))


def counts(touch: str) -> str:
    """The condition that a row of `activities`, named by its alias, was not taken back, is no meeting called off, and no plan that another answered."""
    return (
        f"({touch}.deleted_at is null and {touch}.settled_by is null and "
        f"({touch}.type <> 'MEETING' or {touch}.outcome is null or {touch}.outcome not in ({_CALLED_OFF})))"
    )
