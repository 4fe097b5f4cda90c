"""The very client that talks to Pipedrive talks to the practice company in process."""

import pytest

from app.practice.company import Company
from app.practice.transport import PracticeTransport
from app.sync.api.errors import KeyRefused
from app.sync.api.pipedrive import Pipedrive, http_client


def test_the_client_talks_to_the_practice_company_and_every_write_is_kept():
    company, kept = Company(), []
    company.add_user("practice-key", "Anna")
    with http_client("https://practice.pipedrive.com", PracticeTransport(company, kept.append)) as http:
        pipedrive = Pipedrive(http, "practice-key")
        assert pipedrive.me().company_domain == "practice"
        person = pipedrive.add_person(name="Kari", emails=["kari@x.example"])
        assert [hit.id for hit in pipedrive.find_persons("KARI@x.example")] == [person.id]
        with pytest.raises(KeyRefused):
            Pipedrive(http, "wrong").me()
    assert [len(snapshot["records"]["persons"]) for snapshot in kept] == [1]
