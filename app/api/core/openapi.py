"""The OpenAPI document: what FastAPI reads from the routes, and beside it what every route answers and takes."""

from typing import Any

from fastapi.responses import Response

from app.api.core.idempotency import HEADER, OF_NOBODY

Operation = dict[str, Any]

WAYS_IN = {
    "browser": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "script": {"type": "http", "scheme": "bearer"},
}
REFUSED = {
    400: "The request names a host that is not ours.",
    401: "Nobody is signed in, or what was shown does not fit.",
    403: "The role, or the page that asked, may not do this.",
    404: "Not there, or nothing that one may know of.",
    409: "It does not fit what is there: a likely duplicate, something done already, an Idempotency-Key used otherwise.",
    412: "Somebody changed it since the version in If-Match.",
    413: "Too large to take in one go.",
    415: "The body does not say that it is JSON.",
    422: "A rule is broken; `fields` says which.",
    429: "Too many requests or tries; Retry-After says when to ask again.",
    500: "Something broke on our side; nothing was saved.",
    503: "The database does not answer right now; Retry-After says when to ask again.",
}
ALWAYS = (400, 401, 403, 404, 422, 429, 500, 503)
ON_WRITES = (409, 413)
WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
TAG = {"ETag": {"description": "Stands for this answer.", "schema": {"type": "string"}}}
SAME = {"description": "The reader has it already.", "headers": TAG}
KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "A new random text for each action; sent again within a day, nothing is done twice.",
}
KNOWN = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of what the reader has; 304 when it is still that.",
}


def complete(document: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The document as a script reads it: whole addresses, ways in, and every answer that the server may give."""
    document["paths"] = {prefix + path: routes for path, routes in document["paths"].items()}
    document["security"] = [{way: []} for way in WAYS_IN]
    parts = document["components"]
    parts["securitySchemes"] = WAYS_IN
    parts["responses"] = {f"Refused{status}": _refusal(status, said) for status, said in REFUSED.items()}
    parts["parameters"] = {"IdempotencyKey": KEY, "IfNoneMatch": KNOWN}
    for routes in document["paths"].values():
        for method, operation in routes.items():
            _describe(method, operation)
    document["paths"][f"{prefix}/auth/login"]["post"]["security"] = []
    return document


def file_of(media_type: str) -> dict[str, Any]:
    """What a route that answers a file is declared with."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def _describe(method: str, operation: Operation) -> None:
    answers, taken = operation["responses"], operation.setdefault("parameters", [])
    statuses = [*ALWAYS, *(ON_WRITES if method != "get" else ())]
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        statuses.append(415)
    if any(one.get("name", "").lower() == "if-match" for one in taken):
        statuses.append(412)
    answers.update({str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in statuses})
    if method == "post" and OF_NOBODY not in operation["tags"]:
        taken.append({"$ref": "#/components/parameters/IdempotencyKey"})
    good = answers.get("200", {})
    if method == "get" and "application/json" in good.get("content", {}):
        good["headers"] = TAG
        answers["304"] = SAME
        taken.append({"$ref": "#/components/parameters/IfNoneMatch"})


def _refusal(status: int, said: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorAnswer"}
    told: dict[str, Any] = {"description": said, "content": {"application/json": {"schema": schema}}}
    return told | ({"headers": WAIT} if status in {429, 503} else {})
