"""What a template does with what it is given."""

import pytest
from jinja2 import UndefinedError

from app import templates
from app.services.notifications import email_rendering
from app.services.notifications.email_rendering import MailItem
from app.web.html import forms, page
from app.web.html.forms import SentForm, Ways

HOSTILE = """<script>alert('x')</script>" onfocus="alert(1)"""


@pytest.fixture
def folder(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return templates.beside(str(tmp_path / "module.py")).get_template(name)

    return write


def test_whatever_is_put_in_is_escaped(folder):
    filled = folder("one.html", '<p title="{{ word }}">{{ word }}</p>').render(word=HOSTILE)
    assert "<script" not in filled
    assert filled.count('"') == 2


def test_line_breaks_of_a_template_are_not_sent(folder):
    assert folder("one.html", "<ul>\n  <li>{{ word }}</li>\n\n  </ul>\n").render(word="two\nlines") == (
        "<ul><li>two\nlines</li></ul>"
    )


def test_a_forgotten_value_is_an_error_and_not_an_empty_page(folder):
    with pytest.raises(UndefinedError):
        folder("one.html", "<p>{{ word }}</p>").render()


@pytest.mark.parametrize(
    "answer",
    [
        forms.sign_in(
            SentForm({"next": HOSTILE, "email": HOSTILE}, {"email": HOSTILE}, HOSTILE),
            Ways(provider=True, passkeys=True),
        ),
        forms.sign_in_code(HOSTILE, HOSTILE, wrong=HOSTILE),
        forms.set_up(SentForm({"name": HOSTILE, "email": HOSTILE}, {"password": HOSTILE}), HOSTILE),
        forms.invitation(SentForm({"name": HOSTILE}), HOSTILE, HOSTILE),
        page.error(HOSTILE, HOSTILE, status=404, request_id=HOSTILE),
    ],
    ids=["sign-in", "code", "set-up", "invitation", "error"],
)
def test_words_that_people_type_stay_words_on_plain_pages(answer):
    text = answer.body.decode()
    assert "<script>alert" not in text
    assert '" onfocus="' not in text
    assert "alert(&#39;x&#39;)" in text


def test_words_that_people_type_stay_words_in_mails():
    item = MailItem(HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))
    mail = email_rendering.render("Subject", HOSTILE, [(HOSTILE, [item])], HOSTILE)
    assert "<script" not in mail.html
    assert '" onfocus="' not in mail.html
    assert HOSTILE in mail.body
