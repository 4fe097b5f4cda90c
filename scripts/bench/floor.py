"""The least that any answer from the database can cost: Starlette, psycopg, one row."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

READ = "select id::text, name, warmness_score from contacts where id = %s"
WRITE = "insert into bench_floor values (gen_random_uuid(), now(), 'one row')"


@asynccontextmanager
async def connected(app: Starlette) -> AsyncIterator[None]:
    async with await psycopg.AsyncConnection.connect(os.environ["FLOOR_URL"], autocommit=True) as connection:
        await connection.execute(
            "create table if not exists bench_floor (id uuid primary key, at timestamptz, said text)"
        )
        app.state.connection = connection
        yield


async def read(request: Request) -> Response:
    found = await request.app.state.connection.execute(READ, [request.path_params["contact"]])
    return JSONResponse(await found.fetchone())


async def write(request: Request) -> Response:
    await request.app.state.connection.execute(WRITE)
    return Response(status_code=201)


if __name__ == "__main__":
    routes = [Route("/{contact}", read), Route("/", write, methods=["POST"])]
    bare = Starlette(routes=routes, lifespan=connected)
    uvicorn.run(bare, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
