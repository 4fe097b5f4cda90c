"""Every no as JSON: `{"error", "detail", "request_id"}`, one plain sentence, never the input, never an internal."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app import validation_messages
from app.api.core.dependencies import request_id
from app.errors import Invalid, LikelyDuplicate, NotJson, Refusal, TooManyTries
from app.models.base import Draft

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# what the framework says no to by itself
SPOKEN = {
    # bytes that are no text, or JSON nested beyond reason: as invalid as any other body
    400: (422, "Invalid", "The request could not be read."),
    404: (404, "NotFound", "There is nothing at this address."),
    405: (405, "MethodNotAllowed", "This address does not offer that method."),
    413: (413, "TooLarge", "This is too large to take in one go."),
}


def install(api: FastAPI) -> None:
    api.add_exception_handler(Refusal, refused)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(ValidationError, drafted)
    api.add_exception_handler(HTTPException, spoken)
    api.add_exception_handler(Exception, broken)


def refused(request: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)
    more: dict[str, Any] = {}
    if isinstance(refusal, Invalid) and refusal.fields:
        more["fields"] = refusal.fields
    if isinstance(refusal, LikelyDuplicate):
        more["candidates"] = refusal.candidates
    answer = said(request, refusal.status, type(refusal).__name__, str(refusal), **more)
    answer.background = getattr(request.state, "after", None)
    if isinstance(refusal, TooManyTries):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def invalid(request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError | ValidationError)
    if _is_no_json(request, wrong):
        return refused(request, NotJson())
    fields = validation_messages.of(wrong.errors())
    return said(request, 422, "Invalid", Invalid.sentence, fields=fields)


def _is_no_json(request: Request, wrong: RequestValidationError | ValidationError) -> bool:
    """Whether there is a body that nobody even tried to read, because it does not say that it is JSON."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    whole = any(error["loc"] == ("body",) and error["type"] != "missing" for error in wrong.errors())
    return whole and not (kind == "application/json" or kind.endswith("+json"))


def drafted(request: Request, wrong: Exception) -> JSONResponse:
    """A draft's own rule, broken inside a verb. Anything else that does not validate is our bug."""
    assert isinstance(wrong, ValidationError)
    if wrong.title not in {kind.__name__ for kind in Draft.__subclasses__()}:
        raise wrong
    return invalid(request, wrong)


def spoken(request: Request, refusal: Exception) -> JSONResponse:
    """What the framework itself refuses, in our words."""
    assert isinstance(refusal, HTTPException)
    status, error, sentence = SPOKEN.get(refusal.status_code, SPOKEN[400])
    answer = said(request, status, error, sentence)
    answer.headers.update(refusal.headers or {})
    if status == 405:
        answer.headers["Allow"] = ", ".join(_allowed(request))
    return answer


def _allowed(request: Request) -> list[str]:
    """The methods of this address, of all routes that share it: the framework names those of the first one only."""
    asked = [(method, dict(request.scope, method=method)) for method in METHODS]
    routes = request.app.routes
    return [method for method, scope in asked if any(route.matches(scope)[0] is Match.FULL for route in routes)]


def broken(request: Request, bug: Exception) -> JSONResponse:  # noqa: ARG001 - what broke is for the log alone
    """A bug. The framework raises it again behind this answer, so that the outer stack logs it once."""
    return said(request, 500, "Broken", "Something broke on our side. Nothing was saved.")


def said(request: Request, status: int, error: str, sentence: str, **more: Any) -> JSONResponse:
    body = {"error": error, "detail": sentence, "request_id": request_id(request)}
    return JSONResponse(body | more, status)
