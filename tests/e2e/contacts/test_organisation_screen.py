"""One organisation: who works there, who is silent, what was done last; and nothing of anybody else's."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.support.app_process import DESK, invited, opened


def person(api, name, days):
    """At Nordwind, last called so many days ago."""
    made = api.post(
        "/contacts?force=true", json={"name": name, "organisation": "Nordwind AG", "job_title": "CFO"}
    ).json()
    if days is not None:
        happened = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        said = {"contact_id": made["id"], "type": "CALL", "outcome": "REACHED", "happened_at": happened}
        api.post("/activities", json=said | {"note": f"Notiz {name}"}).raise_for_status()
    return made["id"]


def test_the_firm_says_who_works_there_and_who_is_silent(phone, api):
    ids = [person(api, *one) for one in (("Frisch Frida", 2), ("Still Stefan", 200), ("Neu Nils", None))]
    opened(phone, f"/contacts/{ids[0]}")
    phone.get_by_role("link", name="Nordwind AG · CFO", exact=True).tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Nordwind AG")
    expect(phone.get_by_text("3 contacts, last contact 2 d ago, 2 silent for 90 days or longer")).to_be_visible()
    names = phone.locator("#app .pd-act-row .pd-row-name")
    assert names.all_inner_texts() == ["Neu Nils", "Still Stefan", "Frisch Frida"]
    expect(phone.locator("#app .pd-act-row", has_text="Still Stefan")).to_contain_text(
        "200 days since the last contact"
    )
    steps = phone.locator("#app .pd-step")
    assert [one.split("\n")[0] for one in steps.all_inner_texts()] == ["Frisch Frida", "Still Stefan"]
    # news comes by itself
    person(api, "Dazu Dora", None)
    expect(names).to_have_count(4)


def test_a_colleague_does_not_know_of_it(site, api, chromium, phone):
    who = person(api, "Geheim Greta", 1)
    opened(phone, f"/contacts/{who}")
    address = phone.get_by_role("link", name="Nordwind AG · CFO", exact=True).get_attribute("href")
    page = invited(site, api, chromium, "orga@firm.example", "Orga Colleague", DESK)
    assert page.goto(address).status == 404
    page.wait_for_selector("#app .pd-main")
    assert "Geheim Greta" not in page.content()
    assert "Nordwind" not in page.content()
    page.context.close()
