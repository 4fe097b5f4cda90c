"""Invitations that nobody accepted yet: listed, sent again, revoked."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, NotFound
from app.models import Mail, OneTimeLink, PersonDraft, Role, now
from app.services.accounts import invitations, passwords, users
from tests.support import world
from tests.support.api_client import ask, is_refusal

PASSWORD = "seven quiet otters"
NEW = "new@firm.example"


def did(verb, *args, **kwargs):
    with db.transaction() as session:
        return verb(session, *args, **kwargs)


def invited(who, email=NEW, role=Role.CONSULTANT):
    token = did(users.invite, who, email, role)
    ((link, _),) = [one for one in did(invitations.pending, who) if one[0].email == email]
    return token, str(link.id)


def join(token):
    return did(users.accept_invitation, token, PersonDraft(email=NEW, name="Nell New"), passwords.new(PASSWORD))


def listed(who):
    return ask(who, "GET", "/api/invitations").json()["items"]


def test_who_is_awaited_is_listed_with_role_and_end(gwen):
    _, first = invited(gwen, role=Role.GOLDEN_TICKET)
    did(users.invite, users.operator("root"), "by.hand@firm.example", Role.CONSULTANT)
    by_operator, by_gwen = listed(gwen)
    assert (by_operator["email"], by_operator["invited_by"]) == ("by.hand@firm.example", None)
    assert (by_gwen["id"], by_gwen["role"], by_gwen["invited_by"]) == (first, "GOLDEN_TICKET", "Gwen Gold")
    assert by_gwen["expired"] is False
    assert "token" not in str(listed(gwen))


def test_an_expired_one_stays_listed_and_works_again_once_it_was_sent_again(gwen):
    token, kept = invited(gwen)
    with db.transaction() as session:
        session.exec(select(OneTimeLink)).one().expires_at = now() - timedelta(minutes=1)
    assert listed(gwen)[0]["expired"] is True
    answer = ask(gwen, "POST", f"/api/invitations/{kept}/send-again")
    assert answer.status_code == 201
    assert [(one["id"], one["expired"]) for one in listed(gwen)] == [(kept, False)]
    with db.reading() as session:
        assert [mail.address for mail in session.exec(select(Mail))] == [NEW]
    with pytest.raises(NotFound):
        join(token)
    assert join(answer.json()["link"].rpartition("/")[2]).email == NEW
    assert listed(gwen) == []


def test_a_revoked_one_lets_nobody_in(gwen):
    token, kept = invited(gwen)
    assert ask(gwen, "DELETE", f"/api/invitations/{kept}").status_code == 204
    assert listed(gwen) == []
    with pytest.raises(NotFound):
        join(token)
    for method, path in (("DELETE", kept), ("POST", f"{kept}/send-again")):
        assert is_refusal(ask(gwen, method, f"/api/invitations/{path}"), 404, "NotFound")


def test_an_accepted_one_is_neither_sent_again_nor_revoked(gwen):
    token, kept = invited(gwen)
    join(token)
    for method, path in (("DELETE", kept), ("POST", f"{kept}/send-again")):
        assert is_refusal(ask(gwen, method, f"/api/invitations/{path}"), 404, "NotFound")


def test_who_joined_another_way_is_not_invited_again(gwen):
    _, kept = invited(gwen)
    did(users.add, PersonDraft(email=NEW, name="Nell New"), Role.CONSULTANT, PASSWORD)
    with pytest.raises(Conflict):
        did(invitations.send_again, gwen, kept)


def test_sent_again_it_stands_on_the_right_of_whoever_sent_it(gwen):
    _, kept = invited(gwen)
    second = world.person("Second Gold", Role.GOLDEN_TICKET)
    _, token = did(invitations.send_again, second, kept)
    did(users.disable, second, gwen.id)
    with db.reading() as session:
        assert users.find_invitation(session, token).email == NEW
    did(users.enable, second, gwen.id)
    did(users.disable, gwen, second.id)
    with pytest.raises(NotFound):
        join(token)


def test_a_password_link_is_no_invitation(gwen, ada):
    did(users.reset_link, gwen, ada.id)
    with db.reading() as session:
        link = session.exec(select(OneTimeLink)).one()
    assert listed(gwen) == []
    with pytest.raises(NotFound):
        did(invitations.revoke, gwen, link.id)


def test_a_consultant_sees_and_touches_none(gwen, ada):
    _, kept = invited(gwen)
    for verb in (invitations.pending, invitations.send_again, invitations.revoke):
        with pytest.raises(Forbidden):
            did(verb, ada, *([kept] if verb is not invitations.pending else []))
