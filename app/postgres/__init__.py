"""The database server: the one DATABASE_URL names, or a private PostgreSQL inside the data folder.

Whoever needs the database opens the server and closes it; the first one in starts it, the last one out stops it.
"""

from app.postgres.errors import PostgresTrouble
from app.postgres.folder import data_folder
from app.postgres.server import Server, open_server
from app.postgres.supervisor import kept_running

__all__ = ["PostgresTrouble", "Server", "data_folder", "kept_running", "open_server"]
