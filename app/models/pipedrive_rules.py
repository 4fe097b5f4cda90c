"""What may be chosen about Pipedrive: the firm's own mapping of owners, visibility, labels and kinds of touches."""

from collections.abc import Callable, Mapping
from typing import Any

from app.models.activity import ActivityType

MOST_LABELS = 20
A_DAY = 24 * 60


def wrong(chosen: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each choice that breaks its rule."""
    return {key: SENTENCES[key][1] for key in SENTENCES.keys() & chosen.keys() if not SENTENCES[key][0](chosen[key])}


def _is_types(value: Any) -> bool:
    """A type's key comes from Pipedrive: a short word."""
    return isinstance(value, dict) and all(
        kind in set(ActivityType) and isinstance(key, str) and 0 < len(key) <= 60 for kind, key in value.items()
    )


def _is_labels(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_LABELS and all(_is_number(one) and one > 0 for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


SENTENCES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "pipedrive_poll_minutes": (lambda value: _is_number(value) and 1 <= value <= A_DAY, "Choose 1 to 1440 minutes."),
    "pipedrive_webhooks": (lambda value: isinstance(value, bool), "Choose yes or no."),
    "pipedrive_deals": (lambda value: isinstance(value, bool), "Choose yes or no."),
    "deleted_meetings": (lambda value: value in ("delete", "mark"), "Choose to delete or to mark such meetings."),
    "pipedrive_activity_types": (_is_types, "Choose an activity type of your Pipedrive company for each kind of touch."),
    "pipedrive_owner": (lambda value: value in ("key_user", "none"), "Choose the key's user or nobody as the owner."),
    "pipedrive_visible_to": (lambda value: value in (None, 1, 3, 5, 7) and not isinstance(value, bool), "Choose 1, 3, 5 or 7, or the company's own default."),
    "pipedrive_label_ids": (_is_labels, "Choose up to 20 labels by their numbers."),
    "pipedrive_handover": (lambda value: value in ("ask", "move", "leave"), "Choose to ask, to move or to leave them."),
    "pipedrive_on_meeting": (lambda value: value in ("nothing", "lead", "deal"), "Choose nothing, a lead or a deal."),
}  # fmt: skip
