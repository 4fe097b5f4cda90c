"""Contacts that were handed over: whether their records in Pipedrive follow."""

from collections.abc import Sequence

from nicegui import ui

from app.models import HandoverDecision
from app.pages.pipedrive import push_actions
from app.pages.ui import basic
from app.services.push_queue.handovers import OpenHandover

VERBS = {HandoverDecision.MOVE: "Move them to me", HandoverDecision.LEAVE: "Leave them"}


def draw_handovers(found: Sequence[OpenHandover]) -> None:
    """One card for each hand-over, with two buttons."""
    for one in found:
        with ui.element("div").classes("pd-card pd-stack").mark("handover"):
            basic.text(one.sentence)
            with ui.element("div").classes("pd-line"):
                for decision, verb in VERBS.items():
                    draw_choice(one, decision, verb)


def draw_choice(one: OpenHandover, decision: HandoverDecision, verb: str) -> None:
    made = basic.button(verb, lambda: push_actions.decide_handover(one.id, decision), "soft")
    made.props["aria-label"] = f"{verb}: from {one.from_name}"
