"""One blob becomes a contact to look over; a corpus of what people really paste."""

import tomllib
from contextlib import suppress
from time import process_time

import pytest

from app.errors import Invalid, TooLarge
from app.models import ContactDraft
from app.services.contacts.capture import signature_rules, text_parser


def read(blob: str) -> text_parser.Captured:
    return text_parser.parse(blob, "DE")


CORPUS = {
    "german, all of it": (
        """Hallo Frau Lind,
vielen Dank für das Gespräch, wir melden uns.

Mit freundlichen Grüßen
Dr. Jörg Müller
Leiter Einkauf

Nordlicht Energie GmbH & Co. KG
Hafenstraße 12
20457 Hamburg
Tel.: +49 40 1234567-0
Mobil: +49 171 2345678
Fax: +49 40 1234567-99
joerg.mueller@nordlicht-energie.de
www.nordlicht-energie.de
Registergericht: Amtsgericht Hamburg HRA 12345
Geschäftsführer: Petra Beispiel""",
        {
            "name": "Dr. Jörg Müller", "job_title": "Leiter Einkauf", "organisation": "Nordlicht Energie GmbH & Co. KG",
            "emails": ["joerg.mueller@nordlicht-energie.de"], "phones": ["+494012345670", "+491712345678"],
        },
    ),
    "german, one line with bars": (
        "Anna-Lena von Hohenfels | Projektleiterin | Stadtwerke Musterstadt GmbH | T 0911 123456 | M 0171 1234567 | a.hohenfels@stadtwerke-musterstadt.de",
        {"name": "Anna-Lena von Hohenfels", "job_title": "Projektleiterin", "organisation": "Stadtwerke Musterstadt GmbH",
         "phones": ["+49911123456", "+491711234567"], "emails": ["a.hohenfels@stadtwerke-musterstadt.de"]},
    ),
    "german, zero in brackets": (
        "i. A. Sabine Groß\nVertrieb\nGroß & Söhne AG\nTel +49 (0) 89 / 12 34 56 78\nsabine.gross@gross-soehne.de",
        {"name": "Sabine Groß", "organisation": "Groß & Söhne AG", "phones": ["+498912345678"], "emails": ["sabine.gross@gross-soehne.de"], "job_title": "Vertrieb"},
    ),
    "austrian titles": (
        "LG\nMag. Thomas Huber, MBA\nGeschäftsführer\nAlpenstrom GmbH\n+43 1 5123456\nt.huber@alpenstrom.at",
        {"name": "Mag. Thomas Huber", "job_title": "Geschäftsführer", "organisation": "Alpenstrom GmbH", "phones": ["+4315123456"]},
    ),
    "swiss": (
        "Freundliche Grüsse\n\nBeat Zürcher\nLeiter Technik\nElektro Zürcher AG\nBahnhofstrasse 5, 8001 Zürich\nT +41 44 123 45 67\nbeat@elektro-zuercher.ch",
        {"name": "Beat Zürcher", "job_title": "Leiter Technik", "organisation": "Elektro Zürcher AG", "phones": ["+41441234567"]},
    ),
    "german, no firm written": (
        "Viele Grüße\nUlrike Schäfer\nReferentin Nachhaltigkeit\nu.schaefer@windkraft-nord.de",
        {"name": "Ulrike Schäfer", "job_title": "Referentin Nachhaltigkeit", "organisation": "Windkraft Nord"},
    ),
    "german, private mail box": ("Gruß\n--\nKarl Ole Ostermann\n0151 23456789\nkarl.ostermann@gmx.de", {"name": "Karl Ole Ostermann", "phones": ["+4915123456789"], "emails": ["karl.ostermann@gmx.de"]}),
    "swedish": (
        "Med vänlig hälsning\n\nÅsa Öberg\nInköpschef\nNorrland Kraft AB\nStorgatan 12, 903 26 Umeå\nTel: +46 90 123 45 67\nMobil: 070-123 45 67\nasa.oberg@norrlandkraft.se",
        {"name": "Åsa Öberg", "job_title": "Inköpschef", "organisation": "Norrland Kraft AB"},
    ),
    "danish": (
        "Med venlig hilsen\nSøren Kjærgaard\nAdm. direktør\nVestkyst Vind A/S\nHavnevej 3\n6700 Esbjerg\nTlf. +45 75 12 34 56\nsk@vestkystvind.dk",
        {"name": "Søren Kjærgaard", "job_title": "Adm. direktør", "organisation": "Vestkyst Vind A/S", "phones": ["+4575123456"]},
    ),
    "norwegian": (
        "Mvh\nIngrid Bjørnstad\nPartner\nFjord Rådgivning AS\nMob: +47 912 34 567\ningrid@fjordradgivning.no",
        {"name": "Ingrid Bjørnstad", "job_title": "Partner", "organisation": "Fjord Rådgivning AS", "phones": ["+4791234567"]},
    ),
    "finnish": (
        "Ystävällisin terveisin\nJukka Virtanen\nToimitusjohtaja\nPohjola Energia Oy\nPuh. +358 40 1234567\njukka.virtanen@pohjolaenergia.fi",
        {"name": "Jukka Virtanen", "job_title": "Toimitusjohtaja", "organisation": "Pohjola Energia Oy", "phones": ["+358401234567"]},
    ),
    "french": (
        "Bien cordialement,\n\nJean-François DUPONT\nDirecteur des achats\nÉnergies du Sud SARL\n12 rue de la République\n69002 Lyon\nTél. : +33 4 72 00 00 00\nPortable : +33 6 12 34 56 78\njf.dupont@energies-sud.fr",
        {"name": "Jean-François Dupont", "job_title": "Directeur des achats", "organisation": "Énergies du Sud SARL", "phones": ["+33472000000", "+33612345678"]},
    ),
    "french, woman": (
        "Cordialement\nAmélie Lefèvre\nResponsable RSE\nGroupe Hydro S.A.\n+33 1 44 55 66 77\namelie.lefevre@groupe-hydro.fr",
        {"name": "Amélie Lefèvre", "job_title": "Responsable RSE", "organisation": "Groupe Hydro S.A."},
    ),
    "english": (
        "Best regards,\n\nJane Roe\nHead of Operations\nACME Ltd\n1 King's Road, London SW3 4RP\nt: +44 20 7946 0123\nm: +44 7700 900123\njane.roe@acme.co.uk\n\nThis email is confidential.",
        {"name": "Jane Roe", "job_title": "Head of Operations", "organisation": "ACME Ltd", "phones": ["+442079460123", "+447700900123"], "emails": ["jane.roe@acme.co.uk"]},
    ),
    "english, title at firm": ("Thanks,\nPeter O'Neill\nCTO at Brightgrid\npeter@brightgrid.io", {"name": "Peter O'Neill", "job_title": "CTO", "organisation": "Brightgrid"}),
    "american": (
        "Kind regards\nMary-Jane Watson\nVP Sales, North America\nBigco Inc.\nOffice: (415) 555-0123\nmjwatson@bigco.com",
        {"name": "Mary-Jane Watson", "job_title": "VP Sales, North America", "organisation": "Bigco Inc."},
    ),
    "dutch": ("Met vriendelijke groet,\nPieter van der Berg\nConsultant\nWaterweg B.V.\n+31 20 123 4567\npieter@waterweg.nl", {"name": "Pieter van der Berg", "organisation": "Waterweg B.V.", "phones": ["+31201234567"]}),
    "linkedin in a signature": (
        "Regards\nJohn Öström\nPartner\nNordic Steel AS\nlinkedin.com/in/john-ostrom\njohn@nordicsteel.no",
        {"name": "John Öström", "linkedin_url": "https://linkedin.com/in/john-ostrom", "emails": ["john@nordicsteel.no"]},
    ),
    "the newest of two greetings": (
        "Best regards\nJane Roe\njane@acme.com\n\nOn Monday Bo wrote:\n> Hello\n> Regards\n> Bo Berg",
        {"name": "Jane Roe", "emails": ["jane@acme.com"], "organisation": "Acme"},
    ),
    "dashes": ("-- \nJane Roe\nACME Ltd\n+44 20 7946 0123", {"name": "Jane Roe", "organisation": "ACME Ltd", "phones": ["+442079460123"]}),
    "only the mail knows the name": ("regards\njane.roe@acme.com\n+44 20 7946 0123", {"name": "Jane Roe", "organisation": "Acme"}),
    "two mail addresses": ("Jane Roe\njane@acme.com\nj.roe@private.example", {"emails": ["jane@acme.com", "j.roe@private.example"]}),
    "line, three parts": ("Jane Roe, ACME, jane@acme.com", {"name": "Jane Roe", "organisation": "ACME", "emails": ["jane@acme.com"]}),
    "line, with a number": ("Jörg Müller; Nordlicht GmbH; 0171 2345678", {"name": "Jörg Müller", "organisation": "Nordlicht GmbH", "phones": ["+491712345678"]}),
    "line, job and firm": ("Anna Berg, Head of Sales, Fjord AS, anna@fjord.no", {"name": "Anna Berg", "job_title": "Head of Sales", "organisation": "Fjord AS"}),
    "line, name alone": ("Jane Roe", {"name": "Jane Roe"}),
    "line, address with a name": ('"Roe, Jane" <Jane.Roe@ACME.com>', {"name": "Jane Roe", "emails": ["jane.roe@acme.com"], "organisation": "Acme"}),
    "line, address alone": ("jane.roe@acme.com", {"name": "Jane Roe", "emails": ["jane.roe@acme.com"]}),
    "headers": ("Subject: Offer\nFrom: Søren Kjærgaard <sk@vestkystvind.dk>\nTo: ada@firm.example\nDate: Mon, 2 Mar 2026", {"name": "Søren Kjærgaard", "emails": ["sk@vestkystvind.dk"]}),
    "german headers": ("Von: Müller, Jörg <joerg.mueller@nordlicht.de>\nGesendet: Montag, 2. März 2026 09:00\nAn: Ada Lind", {"name": "Jörg Müller", "emails": ["joerg.mueller@nordlicht.de"]}),
    "profile": ("https://www.linkedin.com/in/jane-roe-1a2b3c/", {"name": "Jane Roe", "linkedin_url": "https://www.linkedin.com/in/jane-roe-1a2b3c/"}),
    "profile with tracking and umlaut": ("linkedin.com/in/j%C3%B6rg-m%C3%BCller?utm_source=share", {"name": "Jörg Müller"}),
    "profile by http": ("http://www.linkedin.com/in/jane-roe-1a2b3c/", {"linkedin_url": "https://www.linkedin.com/in/jane-roe-1a2b3c/"}),
    "profile without a name": ("https://linkedin.com/in/xk42", {"linkedin_url": "https://linkedin.com/in/xk42"}),
    "vcard": (
        "BEGIN:VCARD\nVERSION:3.0\nN:Müller;Jörg;;Dr.;\nFN:Dr. Jörg Müller\nORG:Nordlicht GmbH;Einkauf\nTITLE:Leiter\nTEL;TYPE=CELL:+49 171 2345678\nTEL;TYPE=WORK:040 1234567\nEMAIL:J@Nordlicht.de\nURL:https://linkedin.com/in/jm\nEND:VCARD",
        {"name": "Dr. Jörg Müller", "organisation": "Nordlicht GmbH", "job_title": "Leiter", "emails": ["j@nordlicht.de"],
         "phones": ["+491712345678", "+49401234567"], "linkedin_url": "https://linkedin.com/in/jm"},
    ),
    "vcard 4 without a full name": ("BEGIN:VCARD\r\nVERSION:4.0\r\nN:Roe;Jane;;;\r\nTEL;VALUE=uri:tel:+442079460123\r\nEND:VCARD\r\n", {"name": "Jane Roe", "phones": ["+442079460123"]}),
}  # fmt: skip


@pytest.mark.parametrize("blob", CORPUS)
def test_what_people_paste(blob):
    text, expected = CORPUS[blob]
    found = read(text)
    assert {name: found.draft.get(name) for name in expected} == expected, found
    if "name" in found.draft:
        ContactDraft(**found.draft)


def test_every_piece_is_shown_with_what_it_was_taken_for():
    found = read(CORPUS["german, all of it"][0])
    assert found.sort == "signature"
    assert ("fax", "+4940123456799") in found.pieces
    assert ("address", "20457 Hamburg") in found.pieces
    assert ("website", "www.nordlicht-energie.de") in found.pieces
    assert not [text for label, text in found.pieces if "Registergericht" in text or "Petra" in text]


def test_a_private_mail_box_is_no_firm():
    assert "organisation" not in read("Karl Ostermann\nkarl@gmx.de").draft


@pytest.mark.parametrize(
    ("blob", "sort"),
    [("Jane Roe, ACME", "line"), ("linkedin.com/in/jane-roe", "linkedin"), ("Jane Roe\nACME Ltd", "signature")],
)
def test_the_sort_of_source_is_named(blob, sort):
    assert read(blob).sort == sort


@pytest.mark.parametrize("blob", ["", "  \n ", "\0\0", "BEGIN:VCARD\nnonsense", "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD"])
def test_what_says_nothing_is_refused(blob):
    with pytest.raises(Invalid):
        read(blob)


@pytest.mark.parametrize(
    "written",
    ["=5Cud800", "=5Cu202eRoe", "=5Cu200b", "=5Cx00", "=5Cu2028Roe", "=5CU000e0041"],
)
def test_an_encoding_of_a_cards_own_brings_in_nothing_that_nobody_sees(written):
    charsets = ("unicode_escape", "raw_unicode_escape", "utf-16", "utf-7", "punycode", "rot13", "zlib", "nonsense")
    for charset in charsets:
        fields = "".join(
            f"{name};ENCODING=QUOTED-PRINTABLE;CHARSET={charset}:J=61ne {written}\n"
            for name in ("FN", "ORG", "TITLE", "NOTE", "EMAIL", "TEL", "URL")
        )
        found = text_parser.parse(f"BEGIN:VCARD\nVERSION:2.1\n{fields}END:VCARD", "DE")
        said = "".join(f"{value}" for _, value in found.pieces)
        said.encode()
        assert not any(letter in said for letter in "\ud800\u202e\u200b\0\u2028\U000e0041")


@pytest.mark.parametrize("blob", ["x BEGIN:VCARD", "BEGIN:VCARD: Jane Roe", "Jane Roe\nBEGIN:VCARDS\nACME"])
def test_the_words_of_a_card_within_a_line_are_no_card(blob):
    assert text_parser.parse(blob, "DE").sort != "vcard"


def test_more_than_ten_kilobytes_are_refused():
    with pytest.raises(TooLarge):
        read("ä" * 5_001)


@pytest.mark.parametrize(
    "hostile",
    [
        "a@" * 4_900,
        "1 " * 4_900,
        "(" * 9_999,
        "Jane " * 1_900,
        "\n".join(["+49 30"] * 1_400),
        "\ud800 Jane Roe",
        "|" * 9_000,
        "- " * 4_900,
        "x-" * 4_900 + "@b.example",
    ],
)
def test_hostile_text_is_read_or_refused_and_never_tried_in_every_way(hostile):
    started = process_time()
    with suppress(Invalid):
        read(hostile)
    # whatever tries every way to read it would take hours
    assert process_time() - started < 20


@pytest.mark.parametrize("file", sorted(signature_rules.LANGUAGES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_language_reads_its_own_example(file):
    language = tomllib.loads(file.read_text("utf-8"))
    draft = read(f"Hello, see you on Monday.\n{language['example']}").draft
    assert (draft["name"], draft["job_title"]) == (language["name"], language["job_title"])
    assert len(draft["phones"]) == 1


@pytest.mark.parametrize(
    ("text", "country", "draft"),
    [
        (
            "Check out Rhea Keller’s profile on LinkedIn https://www.linkedin.com/in/rheakeller",
            "DE",
            {"name": "Rhea Keller", "linkedin_url": "https://www.linkedin.com/in/rheakeller", "organisation": None},
        ),
        ("Jane Roe\nCEO\n(212) 555-0187", "US", {"phones": ["+12125550187"]}),
        ("mailto:rhea@keller.example", "DE", {"emails": ["rhea@keller.example"], "organisation": "Keller"}),
        ("Rhea Keller\nHead of Sales, ACME\nrhea@acme.example", "DE", {"job_title": "Head of Sales", "organisation": "ACME"}),
        (
            "Jane Roe\nT +49 30 9990100 ext. 45\nF +49 30 9990199\nM 0151 23456789",
            "DE",
            {
                "phones": ["+49309990100", "+4915123456789"],
                "phone_details": [
                    {"number": "+49309990100", "type": None, "extension": "45"},
                    {"number": "+49309990199", "type": "FAX", "extension": None},
                    {"number": "+4915123456789", "type": "MOBILE", "extension": None},
                ],
            },
        ),
    ],
)  # fmt: skip
def test_what_programs_and_people_put_around_it_is_understood(text, country, draft):
    found = text_parser.parse(text, country).draft
    assert {name: found.get(name) for name in draft} == draft


def test_a_card_with_a_photo_is_read_without_it():
    photo = "PHOTO;ENCODING=b;TYPE=png:data:image/png;base64," + "A" * 60_000
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:Rhea Keller\n{photo}\nTEL;TYPE=WORK,FAX:030 9990199\nTEL;TYPE=CELL:0151 23456789\nEND:VCARD"
    found = text_parser.parse(card, "DE").draft
    assert (found["name"], found["phones"]) == ("Rhea Keller", ["+4915123456789"])
