"""What a real network and a real service do to a request, to be handed to `FakePipedrive.next`."""

import gzip
import json
from dataclasses import dataclass, field
from enum import Enum, auto

CLOUDFLARE_PAGE = b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry, you have been blocked</body></html>"
GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


class Ending(Enum):
    ANSWER = auto()
    RESET = auto()
    SILENCE = auto()
    LATE_COMMIT = auto()
    TRUNCATED = auto()
    DRIP = auto()
    DRIPPING_HEADERS = auto()


@dataclass(frozen=True)
class Fault:
    """`commits`: whether Pipedrive does the work before things go wrong."""

    ending: Ending = Ending.ANSWER
    commits: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: float = 0.0


def in_json(status, content, *, commits=False, **headers):
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Fault(
        Ending.ANSWER, commits, status, {"content-type": "application/json", **named}, json.dumps(content).encode()
    )


def in_html(status, page, *, commits=False):
    return Fault(Ending.ANSWER, commits, status, {"content-type": "text/html; charset=UTF-8"}, page)


def too_fast(reset=2, retry_after=None):
    """The burst limit; both headers can be left out with None."""
    given = {"x-ratelimit-reset": reset, "retry-after": retry_after, "x-ratelimit-remaining": 0}
    return in_json(
        429, {"success": False, "error": "request over limit"}, **{k: v for k, v in given.items() if v is not None}
    )


def bare_429():
    return Fault(status=429)


def budget_gone(retry_after=None):
    """The company's tokens of the day are used up, although this key has been slow."""
    given = {
        "x-ratelimit-remaining": 15,
        "x-ratelimit-reset": 1,
        "x-daily-ratelimit-token-remaining": 0,
        "retry-after": retry_after,
    }
    return in_json(
        429, {"success": False, "error": "request over limit"}, **{k: v for k, v in given.items() if v is not None}
    )


def unauthorized():
    return in_json(401, {"success": False, "error": "unauthorized access", "errorCode": 401}, x_401_by_gw="true")


def account_closed():
    return in_json(402, {"success": False, "error": "company is not open"})


def not_allowed():
    return in_json(403, {"success": False, "error": "Permission denied", "code": "ERR_FORBIDDEN"})


def capped():
    return in_json(403, {"success": False, "error": "Limit reached", "code": "feature_capping_persons_limit"})


def cloudflare():
    return in_html(403, CLOUDFLARE_PAGE)


def refused(error="Validation failed: name: too long"):
    return in_json(400, {"success": False, "error": error, "code": "ERR_SCHEMA_VALIDATION_FAILED"})


def server_error(*, commits=False):
    return in_json(500, {"success": False, "error": "Internal error"}, commits=commits)


def bad_gateway(*, commits=False):
    return in_html(502, GATEWAY_PAGE, commits=commits)


def unsuccessful(*, commits=False):
    return in_json(200, {"success": False, "error": "Something went wrong", "data": None}, commits=commits)


def empty_record(*, commits=True):
    """A yes without the record's number."""
    return in_json(200, {"success": True, "data": {"name": "?"}}, commits=commits)


def redirect(to, status=302):
    return Fault(status=status, headers={"location": to})


def huge(size=50_000_000):
    return Fault(
        headers={"content-type": "application/json", "content-length": str(size)}, body=b'{"success": true, "data": "'
    )


def compressed():
    return Fault(
        headers={"content-type": "application/json", "content-encoding": "gzip"},
        body=gzip.compress(b'{"success": true, "data": {"id": 1}}'),
    )


def reset(*, commits=False):
    """The connection breaks with RST before anything is answered."""
    return Fault(Ending.RESET, commits)


def silence(*, commits=False):
    """No answer until the client hangs up."""
    return Fault(Ending.SILENCE, commits)


def late_commit(after=0.0):
    """The client hangs up first; the work is done `after` seconds later, or when `FakePipedrive.gate` opens."""
    return Fault(Ending.LATE_COMMIT, after=after)


def truncated(*, commits=True):
    """The right answer, cut in the middle of its JSON."""
    return Fault(Ending.TRUNCATED, commits)


def drip(*, headers=False):
    """A byte now and then, for five seconds."""
    return Fault(Ending.DRIPPING_HEADERS if headers else Ending.DRIP)
