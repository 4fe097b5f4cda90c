"""Fields that both sides changed: one is chosen, ours or Pipedrive’s."""

from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from app.models import ConflictResolution
from app.pages.pipedrive import push_actions
from app.pages.ui import basic, theme
from app.services.pipedrive.conflicts import OpenConflict


def draw_conflicts(found: Sequence[OpenConflict], zone: str) -> None:
    """One card per contact, one choice per field."""
    by_contact = sorted(found, key=lambda one: str(one.contact_id))
    for contact_id, group in groupby(by_contact, lambda one: one.contact_id):
        fields = list(group)
        with ui.element("div").classes("pd-card").mark("conflict"):
            with ui.element("div").classes("pd-push-head"):
                with ui.element("span").classes("pd-avatar bad").props("aria-hidden=true"):
                    basic.icon("triangle-alert")
                with ui.element("div").classes("pd-row-text"):
                    with basic.link(f"/contacts/{contact_id}", "pd-push-name"):
                        basic.text(fields[0].contact_name)
                    seen = theme.mid_sentence(theme.time_word(fields[0].seen_at, zone))
                    basic.text(f"Changed here and in Pipedrive; noticed {seen}", "pd-muted pd-small")
            for one in fields:
                draw_conflict(one)


def draw_conflict(one: OpenConflict) -> None:
    about = one.field if one.about == one.contact_name else f"{one.about}: {one.field}"
    with ui.element("div").classes("pd-field-choice"):
        basic.text(f"{about[:1].upper()}{about[1:]}", "pd-strong")
        with ui.element("div").classes("pd-sides"):
            draw_side("Yours", one.ours, "Keep ours", one, ConflictResolution.OURS)
            draw_side("Pipedrive", one.theirs, "Take theirs", one, ConflictResolution.THEIRS)


def draw_side(whose: str, said: str, verb: str, one: OpenConflict, resolution: ConflictResolution) -> None:
    with ui.element("div").classes("pd-side"):
        basic.text(whose, "pd-muted pd-small")
        basic.text(said or "nothing", "pd-pre" if said else "pd-muted")
        made = basic.button(verb, lambda: push_actions.resolve_conflict(one.id, resolution), "soft").classes(
            "full-width"
        )
        made.props["aria-label"] = f"{verb}: {one.contact_name}, {one.field}"
