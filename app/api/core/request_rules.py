"""What every request is held against before its route runs: known parameters, known parts of a form, the types of JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from app.api.core.json_types import JsonTypes
from app.errors import Invalid
from app.validation_messages import PLAIN_NAME

NO_BODY = "This address takes no body."
NO_FIELD = "There is no such field."
NO_VERSION = "Nothing here has a version to compare with: leave If-Match out."
ONCE = "Give this once."


def everything_asked(of: Dependant) -> Iterator[Dependant]:
    """What a route asks for, and what that asks for itself."""
    yield of
    for inner in of.dependencies:
        yield from everything_asked(inner)


class RequestRules:
    """The rules of one route, read from its signature."""

    def __init__(self, route: APIRoute) -> None:
        parts = list(everything_asked(route.dependant))
        query = [field for part in parts for field in part.query_params]
        self.parameters = {field.alias: JsonTypes(field.field_info.annotation) for field in query}
        body = route.body_field
        self.is_form = body is not None and isinstance(body.field_info, params.Form)
        self.form_fields = {field.alias for part in parts for field in part.body_params}
        self.body = JsonTypes(body.field_info.annotation) if body is not None and not self.is_form else None
        self.takes_many = self.body is not None and self.body.holds_ids
        self.takes_no_body = body is None and route.methods != {"GET"}
        self.has_version = any(field.alias == "if-match" for part in parts for field in part.header_params)

    async def check(self, request: Request) -> None:
        """Raises Invalid for what is unknown, RequestValidationError for what has the wrong type."""
        self._check_query(request)
        if request.method == "PUT" and "if-match" in request.headers and not self.has_version:
            raise Invalid(fields={"If-Match": NO_VERSION})
        if self.is_form:
            form = await request.form()
            request.scope["fastapi_middleware_astack"].push_async_callback(form.close)
            self._check_form(form)
        elif self.takes_no_body:
            _check_empty(await request.body())
        elif self.body and _is_json(request):
            self._check_json(await request.body())

    def _check_query(self, request: Request) -> None:
        sent = request.query_params.multi_items()
        if odd := [name for name, _ in sent if name not in self.parameters]:
            known = ", ".join(sorted(self.parameters))
            said = f"There is no such parameter here, only {known}." if known else "This address takes no parameters."
            raise Invalid(fields=_named(odd, said))
        if len(sent) > len(request.query_params):
            raise Invalid(
                fields=dict.fromkeys((name for name, _ in sent if len(request.query_params.getlist(name)) > 1), ONCE)
            )
        if wrong := [error for name, value in sent for error in self._strange(name, value)]:
            raise RequestValidationError(wrong)

    def _strange(self, name: str, value: str) -> list[dict[str, Any]]:
        """A parameter is text, whatever it stands for: only how times are written can be seen here."""
        found = self.parameters[name].errors(value, ("query", name))
        return [error for error in found if error["type"].endswith("_parsing")]

    def _check_form(self, form: Iterable[str]) -> None:
        if odd := [name for name in form if name not in self.form_fields]:
            raise Invalid(fields=_named(odd, NO_FIELD))

    def _check_json(self, content: bytes) -> None:
        assert self.body
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return  # FastAPI has words for it
        if wrong := self.body.errors(value, ("body",)):
            raise RequestValidationError(wrong)


def _check_empty(content: bytes) -> None:
    try:
        value = json.loads(content) if content.strip() else None
    except (ValueError, RecursionError):
        raise Invalid(fields={"body": NO_BODY}) from None
    if value:
        raise Invalid(fields=_named(value, NO_FIELD) if isinstance(value, dict) else {"body": NO_BODY})


def _named(names: Iterable[str], said: str) -> dict[str, str]:
    """A name that was sent is only repeated when it is a plain one."""
    return {name if PLAIN_NAME.fullmatch(name) else "body": said for name in list(names)[:100]}


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
