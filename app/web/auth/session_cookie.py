"""The one cookie: an opaque token that only the browser has, and that no script in a page can read."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from app.models import LIFETIMES, Role
from app.settings import Settings


class Cookie:
    """`__Host-sid` where people come by https, so that no other host can plant one; plain `sid` at home."""

    def __init__(self, settings: Settings) -> None:
        self.secure = settings.secure
        self.name = "__Host-sid" if self.secure else "sid"

    def read(self, scope: Scope) -> str | None:
        return cookie_parser("; ".join(Headers(scope=scope).getlist("cookie"))).get(self.name)

    def give(self, response: Response, token: str, role: Role) -> None:
        most = int(LIFETIMES[role][1].total_seconds())
        response.set_cookie(self.name, token, max_age=most, path="/", secure=self.secure, httponly=True, samesite="lax")

    def take(self, response: Response) -> None:
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
