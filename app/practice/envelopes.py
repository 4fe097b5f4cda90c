"""How Pipedrive words its answers: one envelope for a yes, several for a no."""

import json
from dataclasses import dataclass, field
from typing import Any

READ_ONLY_PERSON = (
    "'person_id' is a read-only field. Add a primary participant to set 'person_id' instead. "
    'For example: "participants": [{ "person_id": 1, "primary": true }]'
)


@dataclass(frozen=True)
class Reply:
    """One HTTP answer, whoever carries it."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Pipedrive says no; carries the whole answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body.decode()}")
        self.reply = reply


def in_json(status: int, content: Any, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(content).encode(), {"content-type": "application/json; charset=utf-8", **named})


def good(data: Any, **more: Any) -> Reply:
    return in_json(200, {"success": True, "data": data, **more})


def page(data: Any, next_cursor: str | None) -> Reply:
    return good(data, additional_data={"next_cursor": next_cursor})


def invalid(where: str, why: str) -> Refused:
    """The schema says no; `where` is the key that broke it."""
    content = {"success": False, "error": f"Validation failed: {where}: {why}", "code": "ERR_SCHEMA_VALIDATION_FAILED"}
    return Refused(in_json(400, content))


def bad_request(why: str) -> Refused:
    return Refused(in_json(400, {"success": False, "error": why, "code": "ERR_BAD_REQUEST"}))


def forbidden(why: str) -> Refused:
    return Refused(in_json(403, {"success": False, "error": why, "code": "ERR_FORBIDDEN"}))


def not_found(what: str) -> Refused:
    return Refused(in_json(404, {"success": False, "error": f"{what} not found", "code": "ERR_NOT_FOUND"}))


def unauthorized() -> Refused:
    content = {
        "success": False,
        "error": "unauthorized access",
        "errorCode": 401,
        "error_info": "Please check developers.pipedrive.com",
    }
    return Refused(in_json(401, content, x_401_by_gw="true"))


def over_limit() -> Refused:
    return Refused(in_json(429, {"success": False, "error": "request over limit", "errorCode": 429}))
