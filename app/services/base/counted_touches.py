"""Which touches count, and which of them are a contact, in SQL: one condition each for figures, campaigns and suggestions."""

from app.models import ATTEMPTS, CALLED_OFF

_CALLED_OFF = ", ".join(f"'{outcome.value}'" for outcome in sorted(CALLED_OFF))
_ATTEMPTS = ", ".join(f"'{outcome.value}'" for outcome in sorted(ATTEMPTS))


def counts(touch: str) -> str:
    """The condition that a row of `activities`, named by its alias, was not taken back, is no meeting called off, and no plan that another answered."""
    return (
        f"({touch}.deleted_at is null and {touch}.settled_by is null and "
        f"({touch}.type <> 'MEETING' or {touch}.outcome is null or {touch}.outcome not in ({_CALLED_OFF})))"
    )


def is_attempt(touch: str) -> str:
    """The condition that a touch reached nobody: no answer, voicemail, a wrong number, a bounce, a no-show."""
    return f"coalesce({touch}.outcome in ({_ATTEMPTS}), false)"
