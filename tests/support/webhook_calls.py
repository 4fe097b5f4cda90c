"""Pipedrive's own call to us, sent through the whole outer stack from an address that nobody knows."""

import asyncio
import base64
import json

import httpx
from fastapi import FastAPI
from sqlmodel import select

from app import db
from app.models import SyncAccount, now
from app.services.pipedrive import webhook_inbox
from app.settings import Settings
from app.web.auth.identity import IdentityCache
from app.web.public import pipedrive_webhook
from app.web.stack import Stack


def known_secrets(address):
    """Two secrets that the firm's company of Pipedrive knows; the next turn looks at notes only."""
    given = webhook_inbox.create_secrets()
    with db.transaction() as session:
        row = session.exec(select(SyncAccount)).one()
        row.hook = {**given.kept, "address": address, "ids": [1, 2, 3]}
        row.listen_at, row.heard = row.listen_at.replace(year=2100), {**row.heard, "at": now().isoformat()}
        session.add(row)
    return given


def ring(address, path, content=None, *, user=webhook_inbox.USER, password="", raw=None, headers=None):
    """Post a webhook; returns the answer."""
    inside = FastAPI()
    inside.include_router(pipedrive_webhook.routes())
    wall = Stack(inside, Settings(_env_file=None, base_url=address), IdentityCache(), warm=False)
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    sent = {"authorization": f"Basic {coded}", "content-type": "application/json"} | (headers or {})

    async def post():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(wall), base_url=address) as http:
            body = raw if raw is not None else json.dumps(content or {}).encode()
            return await http.post(f"{webhook_inbox.PATH}{path}", content=body, headers=sent)

    return asyncio.run(post())


def about(entity, number, action="change", **meta):
    """What Pipedrive sends about one record."""
    return {"meta": {"action": action, "entity": entity, "entity_id": number, **meta}, "data": None, "previous": None}
