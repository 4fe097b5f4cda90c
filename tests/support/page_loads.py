"""What the database is asked while one page is loaded: the whole product behind its own wall, in a process of its own."""

import tempfile
from pathlib import Path

from app import db
from app.services.accounts import sessions
from tests.support.bulk_data import counted
from tests.support.forked_app import FORKS

ADDRESS = "http://localhost:8080"


def loaded(url, who, path):
    """The HTML of the page as this person gets it, and every statement that was asked meanwhile, in order."""
    with db.transaction() as session:
        token = sessions.open_session(session, who, "Firefox")
    heard, told = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_load, args=(url, token, path, told))
    process.start()
    told.close()
    try:
        return heard.recv()
    finally:
        process.join()
        heard.close()


def _load(url, token, path, told):
    from starlette.testclient import TestClient

    from app import main, settings
    from app.pages.shell import frame
    from app.sync.queue import company
    from app.sync.runner.scheduler import Clock
    from app.vault import Vault

    # however busy the machine is, the page is sent with its content
    frame.FIRST_ANSWER = 60.0
    db.connect(url)
    config, vault = settings.load(), Vault("p" * 40)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        practice = company.Practice(place / "practice.json")
        site = main.Site(config, place, url, vault, practice, Clock(company.build_context(config, vault, practice)))
        stack = main.application(site)
        # nobody fetches the files of this page, so nobody compresses them either
        stack._warm = False
        with TestClient(stack, base_url=ADDRESS, cookies={"sid": token}) as client, counted() as asked:
            answer = client.get(path)
            told.send((answer.text, [statement for statement, _ in asked]))
