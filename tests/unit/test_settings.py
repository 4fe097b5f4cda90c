"""A variable that cannot work stops the start in one plain sentence that names it and repeats nothing of its value."""

import os
import re

import pytest

from app import settings
from app.__main__ import run_command
from app.settings import ConfigTrouble, Settings

# words of the library that reads the values, and marks of regular expressions
FOREIGN = re.compile(r"\[|\]|\\|\^|\$|\?|string|input|pattern|pydantic|valid|parse|Value error", re.IGNORECASE)
WRONG = [
    ("DATABASE_URL", "mysql://geheim@db/x"),
    ("MIGRATE_URL", "geheim"),
    ("SECRET_KEY", "geheim"),
    ("BASE_URL", "leads.geheim.example"),
    ("BASE_URL", "https://[geheim"),
    ("BASE_URL", "https://geheim.example:abc"),
    ("HOST", "not a geheim"),
    ("HOST", "geheim.example:80"),
    ("HOST", "http://geheim"),
    ("HOST", "1.2.3"),
    ("HOST", "[::1]"),
    ("PORT", "geheim"),
    ("PORT", "70000"),
    ("PORT", "-1"),
    ("TRUSTED_PROXIES", "geheim"),
    ("WORKERS", "0"),
    ("WORKERS", "geheim"),
    ("LOG_LEVEL", "geheim"),
    ("PIPEDRIVE_DOMAIN", "geheim.pipedrive.com"),
    ("PIPEDRIVE_BASE_URL", "ftp://geheim"),
    ("PIPEDRIVE_BASE_URL", "http://geheim.example"),
    ("BREVO_FROM_EMAIL", "geheim"),
    ("SMTP_URL", "http://geheim"),
    ("SMTP_URL", "smtp://"),
    ("OIDC_ISSUER", "http://geheim.example"),
    ("OIDC_SCOPES", "geheim"),
    ("OIDC_GROUPS_CLAIM", "zwei geheim"),
    ("OIDC_ROLES", "geheim"),
    ("OIDC_NEW_ACCOUNTS", "geheim"),
    ("BACKUP_TO", "geheim"),
    ("BACKUP_TO", "file://geheim/x"),
    ("BACKUP_TO", "file:///"),
    ("BACKUP_TO", "sftp://-oProxyCommand=geheim@host/x"),
    ("BACKUP_TO", "sftp://name:geheim@host/x"),
    ("BACKUP_TO", "sftp://host"),
    ("BACKUP_TO", "s3://onlykey@host/geheim"),
    ("BACKUP_TO", "https://geheim.example/x"),
    ("OFFLINE_HOURS", "geheim"),
    ("OFFLINE_HOURS", "0"),
]
HALF = [
    ({"BREVO_API_KEY": "geheim"}, "BREVO_API_KEY needs BREVO_FROM_EMAIL"),
    ({"BREVO_FROM_EMAIL": "a@geheim.example"}, "BREVO_FROM_EMAIL needs BREVO_API_KEY or SMTP_URL"),
    ({"BREVO_FROM_NAME": "geheim"}, "BREVO_FROM_NAME needs BREVO_API_KEY or SMTP_URL"),
    ({"OIDC_ISSUER": "https://geheim.example"}, "OIDC_ISSUER and OIDC_CLIENT_ID belong together"),
    ({"OIDC_CLIENT_ID": "geheim"}, "OIDC_ISSUER and OIDC_CLIENT_ID belong together"),
    ({"OIDC_CLIENT_SECRET": "geheim"}, "OIDC_CLIENT_SECRET needs OIDC_ISSUER"),
    ({"OIDC_SCOPES": "openid groups"}, "OIDC_SCOPES needs OIDC_ISSUER"),
    ({"OIDC_NEW_ACCOUNTS": "true"}, "OIDC_NEW_ACCOUNTS needs OIDC_ISSUER"),
    ({"MIGRATE_URL": "postgresql://geheim@db/x"}, "MIGRATE_URL belongs to DATABASE_URL"),
]
WHOLE = [
    {"BREVO_API_KEY": "k", "BREVO_FROM_EMAIL": "leads@firm.example", "BREVO_FROM_NAME": "Leads"},
    {"SMTP_URL": "smtp://127.0.0.1:2525", "BREVO_FROM_EMAIL": "leads@firm.example"},
    {"SMTP_URL": "smtps://name:word@mail.example.com:465"},
    {"OIDC_ISSUER": "https://id.example.com/realms/firm", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"},
    {"OIDC_NEW_ACCOUNTS": "false"},
    {"BACKUP_TO": "file:///mnt/copies"},
    {"BACKUP_TO": "sftp://copies@backup.example.com:2222/~/pipedriven"},
    {"BACKUP_TO": "s3://key:sec%2Fret@s3.example.com/bucket/folder"},
    *({"HOST": host} for host in ("127.0.0.1", "0.0.0.0", "::", "::1", "localhost", "box-7.firm.example", "my_box")),
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() & {known.upper() for known in (*Settings.model_fields, *settings.GONE)}:
        monkeypatch.delenv(name)


def refused():
    """The sentence, the same for a start and for `check-config`."""
    with pytest.raises(ConfigTrouble) as trouble:
        settings.load()
    sentence = str(trouble.value)
    assert re.fullmatch(r"[A-Z.][^\n]+[^.]\.", sentence)
    assert not FOREIGN.search(sentence)
    assert "geheim" not in sentence
    return sentence


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_that_cannot_work_is_named(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    assert refused().startswith(f"{name} ")


@pytest.mark.parametrize(("given", "said"), HALF, ids=str)
def test_half_of_what_belongs_together_is_named(given, said, monkeypatch):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert refused().startswith(said)


@pytest.mark.parametrize("given", WHOLE, ids=str)
def test_what_is_whole_is_taken(given, monkeypatch):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    loaded = settings.load()
    assert {name: str(getattr(loaded, name.lower())) for name in given if "NEW" not in name} == {
        name: value for name, value in given.items() if "NEW" not in name
    }


@pytest.mark.parametrize("place", ["environment", "file"])
@pytest.mark.parametrize("value", ["redis://127.0.0.1:6379/0", ""])
def test_a_variable_that_does_nothing_any_more_is_to_be_removed(place, value, monkeypatch, tmp_path, capsys):
    if place == "file":
        (tmp_path / ".env").write_text(f"PORT=8081\nREDIS_URL={value}\n")
    else:
        monkeypatch.setenv("REDIS_URL", value)
    assert refused() == "REDIS_URL is no longer used: remove the line."
    assert run_command(["check-config"]) == 1
    assert capsys.readouterr() == ("", "REDIS_URL is no longer used: remove the line.\n")


def test_an_unknown_name_in_the_file_is_named(tmp_path):
    (tmp_path / ".env").write_text("PROT=8081\n")
    assert refused() == "PROT in .env is not a variable of Pipedriven; see .env.example."


def test_a_file_that_is_no_text_is_told_in_a_sentence(tmp_path):
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    assert refused() == ".env cannot be read: it has to be text in UTF-8."


def test_an_address_of_the_newer_kind_stands_in_brackets():
    assert settings.load(host="::1", port=80).address == "http://[::1]:80"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_everywhere_is_reached_at_home(host):
    assert settings.load(host=host, port=80).address == "http://localhost:80"
