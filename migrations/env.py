"""Alembic's door to our tables; `app.migrate` hands it an open connection."""

from alembic import context
from sqlmodel import SQLModel

import app.models  # noqa: F401 - registers every table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
