"""/api/notices/push: my browsers that get notices on their lock screen, by web push."""

from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Body, Request

from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired, session_id
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Moment
from app.models import DeviceDraft, PushDevice
from app.models.base import Draft
from app.services.notifications import push_devices, web_push_outbox

router = Router(prefix="/notices/push", tags=["notices"])


class DeviceAnswer(Answer):
    id: UUID
    browser: str
    service: str
    names: bool
    created_at: Moment
    rung_at: Moment | None
    current: bool

    @classmethod
    def of(cls, kept: PushDevice, here: UUID | None) -> Self:
        """Without the address itself: who knows it may not need it."""
        facts = kept.model_dump(include={"id", "browser", "names", "created_at", "rung_at"})
        current = here is not None and kept.session_id == here
        return cls.model_validate(facts | {"service": urlsplit(kept.endpoint).hostname, "current": current})


class Devices(Answer):
    key: str
    items: list[DeviceAnswer]


class NamesWish(Draft):
    names: bool


@router.get("")
def devices(request: Request, session: Reading, me: Viewer, wired: Wired) -> Devices:
    """My devices, and the public key that a browser asks for when it subscribes."""
    here = session_id(request)
    return Devices(
        key=wired.push_key, items=[DeviceAnswer.of(kept, here) for kept in push_devices.of_user(session, me)]
    )


@router.post("", status_code=201)
def add(
    request: Request,
    session: Transaction,
    me: Caller,
    wired: Wired,
    wish: Annotated[DeviceDraft, Body(openapi_examples=examples.shown(examples.DEVICE))],
) -> DeviceAnswer:
    """Send my notices to this browser too; the same browser again changes its row."""
    here, browser = session_id(request), request.headers.get("user-agent", "")
    kept = push_devices.register(session, me, wish, key=wired.push_key, browser=browser, session_id=here)
    return DeviceAnswer.of(kept, here)


@router.put("/{device_id}")
def change(
    request: Request,
    session: Transaction,
    me: Caller,
    device_id: UUID,
    wish: Annotated[NamesWish, Body(openapi_examples=examples.shown({"names": True}))],
) -> DeviceAnswer:
    """Whether names of people stand on its lock screen."""
    return DeviceAnswer.of(push_devices.show_names(session, me, device_id, names=wish.names), session_id(request))


@router.post("/{device_id}/test", status_code=202)
def test(request: Request, session: Transaction, me: Caller, device_id: UUID) -> DeviceAnswer:
    """Ring it once, within fifteen seconds."""
    return DeviceAnswer.of(web_push_outbox.enqueue_test(session, me, device_id), session_id(request))


@router.delete("/{device_id}", status_code=204)
def remove(session: Transaction, me: Caller, device_id: UUID) -> None:
    """No notices to this device any more."""
    push_devices.remove(session, me, device_id)
