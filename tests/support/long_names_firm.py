"""A firm whose words are as long as real ones: what screens are measured with."""

import re
from datetime import UTC, datetime, timedelta

from tests.support.app_process import PASSWORD, wire

LONG = "Dr.-Ing. Maximiliane-Friederike Freifrau von Müller-Lüdenscheidt-Großkreutz"
FIRM = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG"
NAME = "Gasturbinen-Wartung Süd: Ausschreibungen der Fernwärmeversorger 2026/27"
PEOPLE = (
    (LONG, FIRM, 9),
    ("Øyvind Brække-Ærlig", "Nordic Steel AS", 8),
    ("Zoë Öström", "Stadtwerke Düsseldorf", 7),
    ("Jörg Müßiggang", "Bäckerei Süßholz GmbH", 6),
    ("Kari Nordmann", None, 5),
    ("Xu Li", "ÖBB", 3),
    ("Şükrü Çağlayan", "İstanbul Enerji A.Ş.", 2),
    ("Anna-Lena Übersichtlich", "Wärmeverbund", 0),
)


class Firm:
    """What is there to be looked at: ids and tokens by the names that stand in addresses."""

    def __init__(self, site, cookies):
        self.site = site
        self.boss = wire(site.address, cookies, seconds=60)
        self.places = {}

    def make(self, path, body=None, **more):
        answer = self.boss.post(path, json=body, **more)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def address(self, path):
        return re.sub(r"\{(\w+)\}", lambda found: self.places[found[1]], path)


def furnish(site, cookies):
    """Colleagues, contacts, touches past and planned, a meeting that is over, a campaign with people on its board."""
    firm, moment = Firm(site, cookies), datetime.now(UTC)
    invited = firm.make(
        "/api/users", {"email": f"{'sehr-lange-adresse-' * 3}@{'beratung-' * 4}firma.example", "role": "CONSULTANT"}
    )
    firm.places["token"] = invited["link"].rpartition("/")[2]
    joining = firm.make("/api/users", {"email": "maximiliane@firm.example", "role": "CONSULTANT"})["link"]
    with wire(site.address) as colleague:
        form = {"name": LONG, "password": PASSWORD, "timezone": "Europe/Berlin"}
        assert colleague.post(f"/invite/{joining.rpartition('/')[2]}", data=form).status_code == 303
    people = []
    for number, (name, firm_name, warmth) in enumerate(PEOPLE):
        person = {
            "name": name, "organisation": firm_name, "warmness_score": warmth, "phone": f"+49 30 23125 0{number:02}",
            "email": f"{'x' * 30}.{number}@{'unterbeamtengesellschaft' if number == 0 else 'kurz'}.example",
            "job_title": "Leiterin Instandhaltung und Beschaffung Kraftwerkspark" if number == 0 else "CFO",
            "notes": "Möchte vor dem Lenkungsausschuss ein kurzes Papier.\n" * 3 if number < 2 else "",
            "tags": ["energieversorgung-und-fernwärme", "messe-hannover"] if number < 2 else [],
            "linkedin_url": "https://www.linkedin.com/in/maximiliane-friederike-von-mueller-luedenscheidt" if number == 0 else None,
        }  # fmt: skip
        people.append(firm.make("/api/contacts?force=true", person)["id"])
    camp = firm.make("/api/campaigns", {
        "name": NAME, "sector": "Energieversorgung", "goal_touches": 60, "goal_meetings": 5,
        "start_date": str((moment - timedelta(days=30)).date()), "end_date": str((moment + timedelta(days=60)).date()),
    })["id"]  # fmt: skip
    firm.make(f"/api/campaigns/{camp}/assign-contacts", {"contact_ids": people})
    for number, person in enumerate(people[1:]):
        for kind, outcome in (("CALL", "REACHED"), ("EMAIL", "SENT"), ("LINKEDIN", "REPLIED"))[: 1 + number % 3]:
            happened = moment - timedelta(days=number * 9, hours=1)
            touch = {"type": kind, "outcome": outcome, "contact_id": person, "campaign_id": camp}
            note = "Fragt nach Referenzen aus der Fernwärme." * (1 + number)
            firm.make("/api/activities", touch | {"happened_at": happened.isoformat(), "note": note})
    for days, kind in ((-1, "MEETING"), (1, "MEETING"), (2, "CALL")):
        planned = {"type": kind, "contact_id": people[0], "due_date": (moment + timedelta(days=days)).isoformat()}
        firm.make("/api/activities", planned | {"location": "Konferenzraum Obergeschoss, Schifffahrtsstraße 117"})
    firm.make("/api/pipedrive/sync", {"contact_id": people[0]})
    # an organisation is named by its own page only
    page = firm.boss.get(f"/contacts/{people[0]}").text
    firm.places |= {"cid": people[0], "campaign_id": camp, "oid": re.search("/organisations/([0-9a-f-]{36})", page)[1]}
    return firm
