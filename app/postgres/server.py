"""One held server: whoever opens it uses it until they close it, and the last one out stops it."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from app.postgres import data_directory, locks, outside, postmaster, serving_role
from app.postgres.account import Account, account_for
from app.postgres.binaries import client_programs, server_programs
from app.postgres.data_directory import Cluster
from app.postgres.errors import PostgresTrouble, unusable
from app.postgres.folder import data_folder, make_private

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Serving:
    """The role that serves, and its address."""

    url: str
    role: str


class Server:
    """A database server in use: its URL, the folder of the client programs that fit it, and where it lies if it is ours.

    `url` is that of the role which owns the tables, and migrates, dumps and restores them; `serving_url` that of the role
    which serves and may do less. `serving_role` is None where both are one.
    """

    def __init__(
        self,
        url: str,
        bin_dir: Path | None,
        release: Callable[[], None],
        cluster: Cluster | None = None,
        *,
        serving: Serving | None = None,
    ) -> None:
        self.url = url
        self.serving_url = serving.url if serving else url
        self.serving_role = serving.role if serving else None
        self.bin_dir = bin_dir
        self.cluster = cluster
        self._release: Callable[[], None] | None = release

    def close(self) -> None:
        """Let go of the server; a second time does nothing."""
        release, self._release = self._release, None
        if release:
            release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_server(data_dir: Path, database_url: str | None, migrate_url: str | None = None) -> Server:
    """Use the server that DATABASE_URL names, else attach to the one inside the data folder or start it.

    MIGRATE_URL names the role that owns the tables there. Raises PostgresTrouble with a sentence for the operator.
    """
    if database_url and migrate_url:
        owner, served = outside.check(migrate_url, "MIGRATE_URL"), outside.check(database_url)
        outside.check_same(owner, served)
        return Server(owner.url, client_programs(owner.major), lambda: None, serving=Serving(served.url, served.role))
    if database_url:
        found = outside.check(database_url)
        return Server(found.url, client_programs(found.major), lambda: None)
    try:
        return _embedded(data_dir)
    except OSError as error:
        raise unusable(data_dir, error) from None


def _embedded(data_dir: Path) -> Server:
    folder = data_folder(data_dir) / "postgres"
    make_private(folder)
    account = account_for(folder / "data")
    _check_reach(account, folder)
    with locks.alone(folder / "start-stop"):
        cluster = Cluster(folder, account, server_programs(account, folder))
        data_directory.check_version(cluster)
        users = locks.share(folder / "users")
        try:
            data_directory.make(cluster)
            url = postmaster.ensure_running(cluster)
            serves = postmaster.serving_url(cluster, url)
            if serves != url:
                serving_role.let_in(url, serves)
        except BaseException:
            _leave(cluster, users)
            raise
    serving = Serving(serves, data_directory.SERVING) if serves != url else None
    return Server(url, cluster.programs.client, lambda: _close(cluster, users), cluster, serving=serving)


def _check_reach(account: Account, folder: Path) -> None:
    if account.reaches(folder):
        return
    if not account.reaches(Path("/")):
        raise PostgresTrouble(
            f"We run as root but may not become the user {account.name}, and PostgreSQL refuses root; start Pipedriven as an ordinary user or set DATABASE_URL."
        )
    barred = next(above for above in reversed([folder, *folder.parents]) if not account.reaches(above))
    raise PostgresTrouble(
        f"The database server runs as the user {account.name}, who may not enter {barred}; set DATA_DIR to a folder that everyone can reach."
    )


def _close(cluster: Cluster, users: int) -> None:
    with locks.alone(cluster.folder / "start-stop"):
        _leave(cluster, users)


def _leave(cluster: Cluster, users: int) -> None:
    """Give up our share, and stop the server if it was the last; nobody can come in meanwhile."""
    try:
        if locks.is_last(users) and not postmaster.stop(cluster):
            log.warning("The database server did not stop in time; the next start takes it over.")
    finally:
        os.close(users)
