"""What the process writes down: JSON lines in UTC with the request's id, and no word about people."""

import logging
import sys

import structlog

from app.web.http.request_id import request_id

# these write addresses into their lines, and addresses hold names, e-mail addresses and page ids
TALKATIVE = ("httpx", "httpcore", "uvicorn.access", "uvicorn.error", "apscheduler", "engineio", "socketio", "alembic")


def configure(level: str) -> None:
    """Send every logger of the process through one formatter, one line each."""
    shared: list[structlog.typing.Processor] = [
        _request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # that a round is not over when its next turn comes is no trouble: it is taken a turn later
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def _request(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The id that the person may quote from an error page."""
    if (name := request_id.get()) != "-":
        line["request_id"] = name
    return line
