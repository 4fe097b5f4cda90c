"""Inputs that are validated by the rules of a draft, which are the API's own."""

from typing import Any

from nicegui import ui
from pydantic import ValidationError
from sqlmodel import SQLModel


def field(
    draft: dict[str, Any], rules: type[SQLModel], name: str, label: str, *, area: bool = False, props: str = ""
) -> ui.input | ui.textarea:
    """One input for one key of what is being typed. It pushes; nothing polls."""

    def validate(value: str) -> str | None:
        return objection(rules, name, value)

    make = ui.textarea if area else ui.input
    box = make(label, value=draft.get(name) or "", validation=validate)
    box.bind_value_to(draft, name, strict=False)
    return box.props("outlined no-error-icon hide-bottom-space").props(props).classes("pd-field").mark(name)


def objection(rules: type[SQLModel], name: str, value: Any) -> str | None:
    """Why this value would be refused, in words; None when it is fine."""
    try:
        rules.__pydantic_validator__.validate_assignment(rules.model_construct(name="x"), name, value or None)
    except ValidationError as refusal:
        for error in refusal.errors(include_input=False, include_url=False):
            if name in error["loc"]:
                return error["msg"].removeprefix("Value error, ").capitalize()
    return None
