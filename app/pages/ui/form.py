"""Inputs that speak a draft's own rules, so the form and the API can never disagree."""

from typing import Any

from nicegui import ui
from pydantic import ValidationError
from sqlmodel import SQLModel


def field(
    draft: dict[str, Any], rules: type[SQLModel], name: str, label: str, *, area: bool = False, props: str = ""
) -> ui.input | ui.textarea:
    """One input for one key of what is being typed. It pushes; nothing polls."""

    def objection(value: str) -> str | None:
        return objects(rules, name, value)

    make = ui.textarea if area else ui.input
    box = make(label, value=draft.get(name) or "", validation=objection)
    box.bind_value_to(draft, name, strict=False)
    return box.props("outlined no-error-icon hide-bottom-space").props(props).classes("pd-field").mark(name)


def objects(rules: type[SQLModel], name: str, value: Any) -> str | None:
    """Why this value would be refused, in words; None when it is fine."""
    try:
        rules.__pydantic_validator__.validate_assignment(rules.model_construct(name="x"), name, value or None)
    except ValidationError as refusal:
        for error in refusal.errors(include_input=False, include_url=False):
            if name in error["loc"]:
                return error["msg"].removeprefix("Value error, ").capitalize()
    return None
