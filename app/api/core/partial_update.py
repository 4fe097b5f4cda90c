"""The body of a PUT: any subset of a draft's fields, under the draft's own rules."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.models.base import Draft

C = TypeVar("C", bound="Changes")


class Changes(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    def given(self) -> dict[str, Any]:
        """Only what was sent; a field that was left out stays as it is."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def any_of(draft: type[Draft]) -> Callable[[type[C]], type[C]]:
    """Give the class every field of the draft, each with its rules and none of them needed."""
    fields: dict[str, Any] = {
        name: (Annotated[field.annotation, Field(), *field.metadata], None)
        for name, field in draft.model_fields.items()
    }

    def filled(changes: type[C]) -> type[C]:
        return create_model(changes.__name__, __base__=changes, __module__=changes.__module__, **fields)

    return filled
