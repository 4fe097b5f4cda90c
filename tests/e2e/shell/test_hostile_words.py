"""Words that try to be code stand on every screen as words, whoever looks: owner, golden ticket, member."""

import pytest

from tests.support.app_process import DESK, PASSWORD, opened, wire

# one that runs as markup, one as an attribute's end, one as a template of Vue, one as a key or option that NiceGUI evaluates
HOSTILE = (
    "<img src=x onerror=window.fired=1>",
    "\"'><svg onload=window.fired=1>",
    "{{constructor.constructor('window.fired=1')()}}",
    ":onclick=window.fired=1 javascript:window.fired=1",
    "</script><script>window.fired=1</script>",
)
EVERYBODY = (
    "/", "/contacts", "/contacts/{cid}", "/activities", "/campaigns", "/campaigns/{campaign}", "/campaigns/{campaign}?view=contacts",
    "/campaigns/{campaign}?view=activity", "/campaigns/{campaign}?view=report", "/reports", "/notices",
)  # fmt: skip
SEEN_BY_ALL = ("/campaigns", "/campaigns/{campaign}", "/campaigns/{campaign}?view=activity")
MINE = ("/organisations", "/trash", "/sync", "/settings", "/import")
GOLDEN = ("/team", "/team/work", "/team/audit", "/settings/pipedrive")


class Person:
    def __init__(self, site, cookies):
        self.wires = wire(f"{site.address}/api", cookies, seconds=60)

    def make(self, path, body):
        answer = self.wires.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}


def joined(site, boss, name):
    """A colleague whose very name tries it, by their cookies."""
    address = f"{name}@firm.example"
    link = boss.make("/users", {"email": address, "role": "CONSULTANT"})["link"]
    with wire(site.address) as browser:
        form = {"name": f"{name} {HOSTILE[0]}", "password": PASSWORD, "timezone": "UTC"}
        assert browser.post(f"/invite/{link.rpartition('/')[2]}", data=form).status_code == 303
        return dict(browser.cookies)


@pytest.fixture(scope="module")
def people(site, account):
    """The owner of hostile contacts, a member of their campaign and the golden ticket, with what stands in addresses."""
    golden = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    boss = Person(site, golden)
    cookies = {"golden": golden, "owner": joined(site, boss, "owner"), "member": joined(site, boss, "member")}
    owner, member = (Person(site, cookies[name]) for name in ("owner", "member"))
    try:
        yield cookies, hostile(boss, owner, member)
    finally:
        for one in (boss, owner, member):
            one.wires.close()


def hostile(boss, owner, member):
    """Every text that a person may type anywhere; what stands in addresses of it."""
    member_id = member.wires.get("/auth/session").json()["user"]["id"]
    contacts = []
    for number, words in enumerate(HOSTILE):
        facts = {"name": f"P{number} {words}"[:120], "organisation": words, "job_title": words, "notes": words}
        more = {"tags": [words[:40]], "email": f"p{number}@x.example", "phone": f"+49301234{number:03}"}
        contacts.append(owner.make("/contacts?force=true", facts | more | {"warmness_score": 9})["id"])
    camp = {"name": HOSTILE[0], "description": HOSTILE[1], "sector": HOSTILE[2], "theme": HOSTILE[4]}
    campaign = owner.make("/campaigns", camp | {"member_ids": [member_id], "goal_touches": 9})["id"]
    owner.make(f"/campaigns/{campaign}/assign-contacts", {"contact_ids": contacts})
    for contact, words in zip(contacts, HOSTILE, strict=True):
        touch = {"type": "CALL", "outcome": "REACHED", "contact_id": contact, "campaign_id": campaign}
        owner.make("/activities", touch | {"subject": words, "note": words})
        meeting = {"type": "MEETING", "contact_id": contact, "due_date": "2099-01-01T10:00:00Z", "location": words}
        owner.make("/activities", meeting | {"subject": words, "note": words})
    owner.make("/views", {"name": HOSTILE[1][:60], "query": "warmness_min=7"})
    owner.make("/templates", {"name": HOSTILE[0][:60], "subject": HOSTILE[1], "body": HOSTILE[4]})
    gone = owner.make("/contacts?force=true", {"name": HOSTILE[4]})["id"]
    assert owner.wires.delete(f"/contacts/{gone}").status_code == 204
    boss.make("/introductions", {"offered_to": member_id, "whom": HOSTILE[0], "note": HOSTILE[1], "campaign_id": None})
    return {"cid": contacts[0], "campaign": campaign}


@pytest.mark.parametrize("who", ["owner", "member", "golden"])
def test_words_stay_words_on_every_screen(people, chromium, site, who):
    cookies, places = people
    state = {
        "cookies": [
            {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
            for name, value in cookies[who].items()
        ],
        "origins": [],
    }  # fmt: skip
    context = chromium.new_context(storage_state=state, base_url=site.address, **DESK)
    page, heard = context.new_page(), []
    page.on("dialog", lambda box: (heard.append(box.message), box.dismiss()))
    shown = 0
    for path in EVERYBODY + (MINE if who == "owner" else ()) + (GOLDEN if who == "golden" else ()):
        opened(page, path.format(**places))
        if path in SEEN_BY_ALL:
            page.get_by_text("window.fired=1").first.wait_for(state="attached")
        assert page.evaluate("() => window.fired") is None, path
        shown += page.get_by_text("window.fired=1").count()
    # they were there to be run
    assert shown > 10
    assert heard == []
    context.close()
