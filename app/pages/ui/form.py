"""Inputs that are validated by the rules of a draft, which are the API's own."""

from functools import partial
from typing import Any

from nicegui import Client, ui
from nicegui.element import Element
from nicegui.elements.mixins.validation_element import ValidationElement
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


def point_at(page: Client, objections: dict[str, str]) -> None:
    """Say at each field what was refused about it, and put the cursor into the first one; fields are found by their mark.

    Where a sheet is open its own fields are meant. What is typed next takes the sentence away.
    """
    boxes = [one for one in page.elements.values() if isinstance(one, ValidationElement) and one.visible]
    sheets = [sheet for sheet in map(_sheet_around, boxes) if sheet and sheet.value]
    first = True
    for box in boxes:
        sentence = next((said for name, said in objections.items() if name in box._markers), None)  # noqa: SLF001 - no other way to read them
        if sentence is None or (sheets and _sheet_around(box) not in sheets):
            continue
        box.error = sentence
        if not box.validation:
            box.on_value_change(partial(_forgive, box))
        if first:
            box.run_method("focus")
        first = False


def _forgive(box: ValidationElement[Any]) -> None:
    box.error = None


def _sheet_around(element: Element) -> ui.dialog | None:
    return next((one for one in element.ancestors() if isinstance(one, ui.dialog)), None)


def objection(rules: type[SQLModel], name: str, value: Any) -> str | None:
    """Why this value would be refused, in words; None when it is fine."""
    try:
        rules.__pydantic_validator__.validate_assignment(rules.model_construct(name="x"), name, value or None)
    except ValidationError as refusal:
        for error in refusal.errors(include_input=False, include_url=False):
            if name in error["loc"]:
                return error["msg"].removeprefix("Value error, ").capitalize()
    return None
