"""Pipedrive's own OpenAPI documents as a judge of what we send and of what our fake answers.

The documents are large and not ours, so they lie beside the project and not in
it; where they are missing, the tests that need them say so and skip.
"""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pipedrive"
MISSING = "Pipedrive's OpenAPI documents are not in ../shared/pipedrive beside the project."
PREFIXES = {"/api/v2": "openapi-v2.yaml", "/api/v1": "openapi-v1.yaml", "/v1": "openapi-v1.yaml"}


class OfficialContract:
    """`check` and `check_answer` return complaints; an empty list is a yes."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.documents = {name: _read(folder / name) for name in set(PREFIXES.values())}

    @staticmethod
    def is_here() -> bool:
        return all((FOLDER / name).exists() for name in PREFIXES.values())

    def check(self, method: str, path: str, query: list[tuple[str, str]], body: bytes = b"") -> list[str]:
        """Hold one request against the documents."""
        call = self.call(method, path)
        if call is None:
            return [f"{method} {path} is in neither document"]
        return [*_query_complaints(call, query), *_body_complaints(call, method, path, body)]

    def check_answer(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """Hold a 2xx answer against the documents; null is let through, they never say where it may stand."""
        call = self.call(method, path) or {}
        answer = call.get("responses", {}).get(str(status), call.get("responses", {}).get(status))
        if answer is None:
            return [f"{method} {path} does not answer {status}"]
        schema = _strict(answer["content"]["application/json"]["schema"], nullable=True)
        return _complaints(schema, _without_optional(call, json.loads(body)))

    def call(self, method: str, path: str) -> dict[str, Any] | None:
        for prefix, name in PREFIXES.items():
            if not path.startswith(f"{prefix}/"):
                continue
            for template, operations in self.documents[name]["paths"].items():
                pattern = re.sub(r"\{\w+\}", r"(\\d+|[0-9a-f-]{36})", template)
                if method.lower() in operations and re.fullmatch(pattern, path.removeprefix(prefix)):
                    return _resolved(self.documents[name], operations[method.lower()])
        return None


@cache
def _read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def _without_optional(call: dict[str, Any], content: Any) -> Any:
    """The documents name what `include_fields` adds only where it is asked for, not in the answer."""
    named = (item["schema"]["enum"] for item in call.get("parameters", []) if item["name"] == "include_fields")
    optional = {name for names in named for name in names}
    if not isinstance(content.get("data"), dict):
        return content
    return {**content, "data": {key: value for key, value in content["data"].items() if key not in optional}}


def _query_complaints(call: dict[str, Any], query: list[tuple[str, str]]) -> list[str]:
    known = {item["name"]: item for item in call.get("parameters", []) if item["in"] == "query"}
    given = dict(query)
    complaints = [f"unknown query key {key}" for key in given if key not in known]
    complaints += [
        f"missing query key {key}" for key, item in known.items() if item.get("required") and key not in given
    ]
    for key in given.keys() & known.keys():
        schema = known[key]["schema"]
        if "comma separated" in known[key].get("description", "") and "enum" in schema:
            # the documents name each value that may stand in such a list
            complaints += [one for part in given[key].split(",") for one in _complaints(schema, part)]
            continue
        value: Any = given[key]
        if schema["type"] == "integer" and re.fullmatch(r"-?\d+", value):
            value = int(value)
        if schema["type"] == "boolean" and value in {"true", "false"}:
            value = value == "true"
        complaints += _complaints(schema, value)
    return complaints


def _body_complaints(call: dict[str, Any], method: str, path: str, body: bytes) -> list[str]:
    wanted = call.get("requestBody")
    if wanted is None:
        return ["a body where none is known"] if body else []
    content = json.loads(body or b"null")
    complaints = _complaints(_strict(wanted["content"]["application/json"]["schema"]), content)
    if path.startswith("/api/v2/activities") and isinstance(content, dict) and "person_id" in content:
        # The document lists it as writable; the service refuses it since v2 as read-only.
        complaints.append(f"{method} {path}: person_id is read-only although the document lists it")
    return complaints


def _complaints(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(value)]


def _strict(schema: Any, *, nullable: bool = False) -> Any:
    """The schema with unknown keys forbidden, allOf folded together, and OpenAPI's `nullable` made JSON Schema."""
    if isinstance(schema, list):
        return [_strict(item, nullable=nullable) for item in schema]
    if not isinstance(schema, dict):
        return schema
    merged = _folded(schema)
    result = {key: value for key, value in merged.items() if key not in {"properties", "items", "example", "required"}}
    if "properties" in merged:
        result["properties"] = {key: _strict(value, nullable=nullable) for key, value in merged["properties"].items()}
        result.setdefault("additionalProperties", False)
        result["required"] = merged.get("required", [])
    if "items" in merged:
        result["items"] = _strict(merged["items"], nullable=nullable)
    if (nullable or merged.get("nullable")) and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]
    return result


def _folded(schema: dict[str, Any]) -> dict[str, Any]:
    result = copy.copy(schema)
    for part in result.pop("allOf", []):
        inner = _folded(part)
        mine = result.get("properties", {})
        for key, value in inner.get("properties", {}).items():
            mine = {**mine, key: {"allOf": [mine[key], value]} if key in mine else value}
        result = {**result, **inner, "properties": mine}
    return result


def _resolved(document: dict[str, Any], node: Any) -> Any:
    if isinstance(node, list):
        return [_resolved(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolved(document, target)
    return {key: _resolved(document, value) for key, value in node.items()}
