"""The same product on a server that DATABASE_URL names, from the set-up link to data in bulk."""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.postgres import open_server
from tests.support.app_process import PASSWORD, ROOT, served, wire

FILES = {
    "users.csv": ["id,email,name,role", "1,boss@bench.example,Boss,GOLDEN_TICKET", "2,user@bench.example,User,CONSULTANT"],
    "organisations.csv": ["id,name,domain,sector,country", "1,Aurora AB 1,o1.example,Energy,SE"],
    "campaigns.csv": ["id,name,sector,theme,start_date,end_date", "1,Energy Pricing 01,Energy,Pricing,2026-01-01,2026-06-30"],
    "contacts.csv": [
        "id,owner_id,first_name,last_name,email,phone,title,organisation_id,organisation,warmness,last_contacted,created_at,linkedin_url",
        "1,2,Jörg,Needle000,needle@o1.example,+46 123 456 7890,CFO,1,Aurora AB 1,8,2026-05-01T10:00:00+00:00,2026-01-01T10:00:00+00:00,https://linkedin.example/in/x",
    ],
    "campaign_contacts.csv": ["campaign_id,contact_id", "1,1"],
    "activities.csv": [
        "id,contact_id,user_id,campaign_id,type,outcome,subject,note,occurred_at",
        "1,1,2,1,CALL,REPLIED,Call,Talked,2026-05-01T10:00:00+00:00",
    ],
    "meta.json": ['{"counts": {"users": 2, "organisations": 1, "campaigns": 1, "contacts": 1, "campaign_contacts": 1, "activities": 1}}'],
}  # fmt: skip


@pytest.fixture
def folders():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="pdn-out-", dir=base, ignore_cleanup_errors=True) as outside,
        tempfile.TemporaryDirectory(prefix="pdn-own-", dir=base, ignore_cleanup_errors=True) as own,
    ):
        Path(outside).chmod(0o711)
        yield Path(outside), Path(own)


def test_a_server_of_ones_own_serves_and_takes_data_in_bulk(folders, tmp_path):
    outside, own = folders
    for name, lines in FILES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open_server(outside, None) as database:
        load = [sys.executable, "-m", "app", "demo", "load", "--from", str(tmp_path), "--password-stdin"]
        env = os.environ | {"DATABASE_URL": database.url, "DATA_DIR": str(own), "PYTHONPATH": str(ROOT)}
        subprocess.run([*load[:3], "migrate"], cwd=own, env=env, check=True, capture_output=True)
        done = subprocess.run(load, cwd=own, env=env, check=False, capture_output=True, input=PASSWORD, text=True)
        assert done.returncode == 0, done.stderr
        with served(own, empty=False, DATABASE_URL=database.url) as site:
            assert not (own / "postgres").exists()
            with wire(site.address) as client:
                sign_in = {"email": "user@bench.example", "password": PASSWORD}
                client.post("/api/auth/login", json=sign_in).raise_for_status()
                suggestion = client.get("/api/contacts/suggested").json()["items"][0]
    assert suggestion["name"] == next(csv.DictReader(FILES["contacts.csv"]))["first_name"] + " Needle000"
