"""What the process writes down: JSON lines in UTC with the request's id, and no word about people."""

import logging
import sys

import structlog

# these write addresses into their lines, and addresses hold names, e-mail addresses and page ids
TALKATIVE = ("httpx", "httpcore", "uvicorn.access", "uvicorn.error", "apscheduler", "engineio", "socketio", "alembic")


def configure(level: str) -> None:
    """Send every logger of the process through one formatter, one line each."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
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
