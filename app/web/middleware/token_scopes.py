"""What a script's token may do: asked once, before any route is reached, of the method and the path alone.

A route that is new needs nothing: reading is reading, and every write takes the whole scope until it is named here.
"""

import re

from app.errors import Forbidden, Refusal
from app.models import TokenScope
from app.web.http import csrf

# the writes of LOG
LOGS = frozenset({("POST", "/api/activities")})
# what lets somebody in, or tells them something, after the token has ended, and how people prove who they are: for a
# person at a browser
KEYS = re.compile(
    r"/api/("
    r"(tokens|me/calendar|me/password|me/second-factor|me/passkeys|sign-in-rules|invitations)(/.*)?"
    r"|users|users/[^/]+/(reset-link|role|enable)|campaigns/[^/]+/report-links|notices/push)/?",
    re.DOTALL,
)
# ending what a lost phone or script may do is kept from no script that may do everything else
ENDS = re.compile(r"/api/(tokens/[^/]+|me/calendar|invitations/[^/]+)")

SENTENCES = {
    TokenScope.READ: "This token may only read.",
    TokenScope.LOG: "This token may only read and log touches.",
}
NO_KEYS = "A token cannot do this. Please sign in with your browser."


def refusal(scope: TokenScope, method: str, path: str) -> Refusal | None:
    """Why a token of this scope may not do this; None when it may."""
    if method in csrf.SAFE:
        return None
    if scope is TokenScope.READ or (scope is TokenScope.LOG and (method, path) not in LOGS):
        return Forbidden(SENTENCES[scope])
    if KEYS.fullmatch(path) and not (method == "DELETE" and ENDS.fullmatch(path)):
        return Forbidden(NO_KEYS)
    return None
