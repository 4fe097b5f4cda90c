"""The least that the same answers can cost: Starlette and psycopg over plain tables, no accounts, no rights, no rules.

It lists 50, looks for a word, reads one contact with its touches, and writes a touch with the contact's date; each with
the statements and the columns that the answer needs, prepared, and orjson. It is a limit, not a product.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psycopg
import uvicorn
from psycopg.rows import dict_row
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONNECTIONS = 8
SHOWN = "id, owner_id, first_name, last_name, email, phone, title, organisation, warmness, last_contacted, created_at"
NEWEST = "order by created_at desc, id desc limit 50"
WORDS = "lower(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''))"
LIST = f"select {SHOWN} from floor.people {NEWEST}"  # noqa: S608 - constants
SEARCH = f"select {SHOWN} from floor.people where {WORDS} like %s {NEWEST}"  # noqa: S608 - constants
ONE = f"select {SHOWN} from floor.people where id = %s"  # noqa: S608 - constants
TOUCHES = "select id, type, outcome, subject, note, occurred_at, campaign_id, user_id from floor.touches where contact_id = %s order by occurred_at desc limit 50"
WRITE = """with one as (
    insert into floor.touches (id, contact_id, user_id, type, outcome, subject, note, occurred_at)
    values (nextval('floor.touch_id'), %s, 1, %s, %s, 'Call', '', now()) returning id, contact_id
) update floor.people set last_contacted = now() from one where people.id = one.contact_id returning one.id"""


@asynccontextmanager
async def connected(app: Starlette) -> AsyncIterator[None]:
    lines: asyncio.Queue[psycopg.AsyncConnection[dict[str, Any]]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        line = await psycopg.AsyncConnection.connect(
            os.environ["FLOOR_URL"], autocommit=True, row_factory=dict_row, prepare_threshold=1
        )
        lines.put_nowait(line)
    app.state.lines = lines
    yield


async def rows(request: Request, *asked: tuple[str, tuple[Any, ...]]) -> list[list[dict[str, Any]]]:
    line = await request.app.state.lines.get()
    try:
        return [await (await line.execute(statement, values)).fetchall() for statement, values in asked]
    finally:
        request.app.state.lines.put_nowait(line)


def answer(said: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(said), status, media_type="application/json")


async def people(request: Request) -> Response:
    word = request.query_params.get("q")
    (found,) = await rows(request, (SEARCH, (f"%{word.lower()}%",)) if word else (LIST, ()))
    return answer({"items": found})


async def person(request: Request) -> Response:
    number = (int(request.path_params["number"]),)
    (one,), touches = await rows(request, (ONE, number), (TOUCHES, number))
    return answer(one | {"touches": touches})


async def write(request: Request) -> Response:
    said = orjson.loads(await request.body())
    ((one,),) = await rows(request, (WRITE, (said["contact_id"], said["type"], said["outcome"])))
    return answer(one, 201)


if __name__ == "__main__":
    routes = [
        Route("/people", people),
        Route("/people/{number}", person),
        Route("/touches", write, methods=["POST"]),
    ]
    bare = Starlette(routes=routes, lifespan=connected)
    uvicorn.run(bare, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
