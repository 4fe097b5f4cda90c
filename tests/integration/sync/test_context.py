"""Which company a line leads to: the firm's own with a checked key, or the practice one kept in a file."""

import json
import stat

import pytest

from app import db
from app.errors import Conflict, Invalid
from app.models import PRACTICE, SyncStatus
from app.services.accounts import pipedrive_keys
from app.services.base import firm_settings
from app.settings import Settings
from app.sync.queue import company
from app.sync.runner.worker import drain
from app.vault import Vault
from tests.support import faults, sync_harness
from tests.support.sync_harness import ADAS_KEY, ask, connect, fresh, lane, links, meet, pushes, settled
from tests.support.world import contact, person

VAULT = Vault("a secret of at least thirty-two characters")


def settings(fake=None, **given):
    return Settings(_env_file=None, pipedrive_base_url=fake.url if fake else None, **given)


@pytest.fixture
def practice(tmp_path):
    return company.Practice(tmp_path / "practice.json")


@pytest.fixture
def practising(ada):
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)


def test_a_good_key_says_whose_it_is(fake):
    assert company.check_key(settings(fake), f" {ADAS_KEY} ") == pipedrive_keys.KeyOwner(
        "acme", fake.user_ids[ADAS_KEY], "Ada"
    )
    assert company.check_key(settings(fake, pipedrive_domain="acme"), ADAS_KEY).company_domain == "acme"


@pytest.mark.parametrize("key", ["wrong", "", "with space inside", "schlüssel"])
def test_a_wrong_key_is_refused_with_a_sentence(fake, key):
    with pytest.raises(Invalid) as refused:
        company.check_key(settings(fake), key)
    assert str(refused.value).endswith(".")
    assert "api_key" in refused.value.fields


def test_a_key_of_another_company_is_refused(fake):
    with pytest.raises(Invalid, match=r"belongs to acme\.pipedrive\.com, but we work with other\.pipedrive\.com\."):
        company.check_key(settings(fake, pipedrive_domain="other"), ADAS_KEY)


@pytest.mark.parametrize("fault", [faults.server_error(), faults.cloudflare(), faults.too_fast()])
def test_when_pipedrive_cannot_be_asked_the_key_is_neither_good_nor_bad(fake, fault):
    fake.next(fault)
    with pytest.raises(Conflict, match="could not ask Pipedrive") as refused:
        company.check_key(settings(fake), ADAS_KEY)
    assert ADAS_KEY not in str(refused.value)


def test_a_sealed_key_is_opened_for_its_owner_only(fake, ada, bo):
    connect(ada, VAULT.seal(ada.id, ADAS_KEY))
    connect(bo, VAULT.seal(ada.id, ADAS_KEY))
    for owner in (ada, bo):
        ask(owner, contact(owner, "Kari"))
    drain(company.build_context(settings(fake), VAULT, None, sync_harness.QUICK))
    statuses = {row.user_id: row.status for row in pushes()}
    assert statuses == {ada.id: SyncStatus.SUCCESS, bo.id: SyncStatus.PENDING}
    assert lane(bo).paused_reason == "A stored Pipedrive key cannot be opened; save it again in Settings."


def test_a_line_leads_to_the_persons_company_and_nowhere_else(ada):
    office_desk = company.build_context(settings(), VAULT, None)
    ada.pipedrive_company = "nordic"
    assert str(office_desk.http_for(ada).base_url) == "https://nordic.pipedrive.com"
    ada.pipedrive_company = "evil.io#"
    with pytest.raises(ValueError, match="company domain"):
        office_desk.http_for(ada)


def test_who_practises_needs_no_key_and_nothing_leaves_the_machine(fake, ada, practising, practice):
    jane = contact(ada, "Jane", organisation="ACME", email="jane@acme.example")
    meet(ada, jane)
    settled(company.build_context(settings(fake), VAULT, practice, sync_harness.QUICK))
    assert [len(practice.company.records(kind)) for kind in ("organizations", "persons", "activities")] == [1, 1, 1]
    assert {link.account for link in links()} == {PRACTICE}
    assert fake.heard == []


def test_leaving_the_practice_pushes_to_the_real_company_under_its_own_numbers(fake, ada, practising, practice):
    desk = company.build_context(settings(fake), VAULT, practice, sync_harness.QUICK)
    for name in ("First", "Second"):
        jane = contact(ada, name, email=f"{name}@acme.example")
        ask(ada, jane)
    settled(desk)
    assert fresh(jane).pipedrive_person_id == 2
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=False)
    connect(ada, VAULT.seal(ada.id, ADAS_KEY))
    ask(ada, jane)
    settled(desk)
    assert fresh(jane).pipedrive_person_id == 1
    assert [row["name"] for row in fake.alive("persons")] == ["Second"]


def test_the_practice_company_survives_a_restart_in_a_file_for_its_owner_only(ada, practising, practice, tmp_path):
    ask(ada, contact(ada, "Jane"))
    settled(company.build_context(settings(), VAULT, practice, sync_harness.QUICK))
    file = tmp_path / "practice.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["practice.json"]
    again = company.Practice(file)
    assert again.company.dump() == json.loads(file.read_text())
    assert again.company.records("persons")[0]["name"] == "Jane"
    assert again.key_of(ada) in again.company.people.by_key


@pytest.mark.parametrize("rubbish", ["", "{", "[]", "{}", '{"version": 2}', "null", '{"version": 1, "company": 7}'])
def test_an_unreadable_practice_file_is_kept_beside_a_new_beginning(tmp_path, caplog, rubbish):
    (tmp_path / "practice.json").write_text(rubbish)
    practice = company.Practice(tmp_path / "practice.json")
    assert practice.company.records("persons") == []
    assert (tmp_path / "practice.unreadable").read_text() == rubbish
    assert "could not be read" in caplog.text


def test_everybody_of_the_firm_has_their_own_key_there(practice, ada):
    colleague = person("Cy Dahl")
    assert practice.key_of(ada) != practice.key_of(colleague)
    assert practice.key_of(ada) == practice.key_of(ada)
