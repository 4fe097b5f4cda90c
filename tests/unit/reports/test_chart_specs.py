"""What the charts say, worked out without a database or a browser."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from app.models import ActivityType, Question, Stage
from app.pages.reports import chart_specs, deal_charts
from app.pages.reports.parts import answer_chart, introductions_chart
from app.pages.reports.report_filter import ReportChoice
from app.services.reports import question_answers
from app.services.reports.figures import DealFigures, Figure, Money, Report, Share, Step, Week, interval, rate
from app.services.reports.goal_forecast import Course, forecast
from app.services.reports.question_answers import Answer, Column
from app.web.public import shared_report

DAY = date(2026, 3, 18)
KEYS = ("touches", "reached", "meetings_booked", "meetings_held", "handed_over")


def report(**given) -> Report:
    """Three weeks in the middle of a campaign: 5, 8 and 7 touches."""
    weeks = tuple(Week(date(2026, 3, 2) + timedelta(days=7 * at), n, n - 2, 1, 0) for at, n in enumerate((5, 8, 7)))
    course = Course(date(2026, 3, 1), date(2026, 4, 30), DAY)
    facts = {
        "campaign_id": uuid4(),
        "campaign": "Süd & <Nord>",
        "zone": "Europe/Berlin",
        "since": None,
        "until": None,
        "person": None,
        "method": None,
        "figures": {key: Figure(key, 20, 4, 3) for key in KEYS},
        "funnel": tuple(Step(stage, n, n / 10) for stage, n in zip(list(Stage)[:5], (10, 6, 4, 2, 1), strict=True)),
        "whole": rate("None", "All", 20, 12, 3),
        "by_type": (rate("CALL", "Call", 12, 6, 2), rate("EMAIL", "E-mail", 3, 3, 0)),
        "by_user": (rate(str(uuid4()), "Ada Lind", 0, 0, 0),),
        "per_week": weeks,
        "goal": {"touches": 60, "meetings": None},
        "pace": {
            "touches": forecast(course, "touches", 60, 22, 20),
            "meetings": forecast(course, "meetings", None, 3, 3),
        },
        "course": course,
        "progress": {
            "touches": (
                (date(2026, 3, 1), 2),
                (date(2026, 3, 2), 2),
                (date(2026, 3, 9), 7),
                (date(2026, 3, 16), 15),
                (DAY, 22),
            ),
            "meetings": (),
        },
        "as_of": datetime(2026, 3, 18, 12, tzinfo=UTC),
    }
    return Report(**facts | given)


def every(found):
    return chart_specs.report_charts(found)


def series(spec, name):
    return next(one for one in spec.option["series"] if one["id"] == name)


def test_conversion_to_meetings_is_drawn_with_its_range_and_too_few_touches_are_hatched():
    specs = every(report())
    calls, mails = series(specs["methods"], "share")["data"]
    assert (calls["value"], "decal" in calls["itemStyle"]) == (16.7, False)
    assert (mails["value"], "decal" in mails["itemStyle"]) == (0, True)
    low, high = interval(2, 12)
    assert series(specs["methods"], "range")["data"][0] == [round(low * 100, 1), round(high * 100, 1), 0]
    assert specs["methods"].table.rows[0][:4] == ["Call", "12", "2", "16.7%"]
    assert specs["methods"].table.rows[0][-1] == "6 (50%)"
    assert specs["people"].empty
    assert specs["people"].table.rows[0][3] == "–"


def test_a_meeting_is_no_way_to_a_meeting_and_the_days_before_are_marked():
    found = (rate("CALL", "Call", 12, 6, 2, before=Share.of(1, 10)), rate("MEETING", "Meeting", 5, 5, 5))
    spec = every(report(by_type=found))["methods"]
    assert [point[1] for point in series(spec, "range")["data"]] == [series(spec, "range")["data"][0][1]]
    assert series(spec, "before")["data"] == [[10.0, 0]]
    assert "diamond: previous 7 days" in spec.note
    assert spec.table.rows[1][3:6] == ["–", "–", "–"]


def test_the_weeks_before_the_chosen_ones_are_drawn_behind():
    weeks = tuple(replace(week, earlier=n) for week, n in zip(report().per_week, (3, 0, 9), strict=True))
    spec = every(report(since=date(2026, 3, 2), per_week=weeks))["weeks"]
    assert series(spec, "3 weeks earlier")["data"] == [3, 0, 9]
    assert {"Booked", "Held"} == {
        one["id"] for one in every(report())["weeks"].option["series"] if one["type"] == "line"
    }


def test_the_way_to_the_goal_is_drawn_as_it_was_whatever_narrows_the_report():
    spec = every(report())["goal-touches"]
    assert [one["value"][1] for one in series(spec, "done")["data"]] == [2, 2, 7, 15, 22]
    assert spec.note.startswith(report().pace["touches"].sentence)
    assert len(spec.tips) == 5
    narrowed = every(report(person="Ada Lind", since=date(2026, 3, 16)))["goal-touches"]
    assert narrowed.option == spec.option
    assert "whole campaign" in narrowed.note
    assert every(report())["goal-meetings"].empty == "Set a goal to track progress."


def test_before_a_campaign_begins_no_line_and_no_range_is_drawn():
    course = Course(date(2026, 4, 1), date(2026, 4, 30), DAY)
    pace = {"touches": forecast(course, "touches", 60, 3, 3), "meetings": forecast(course, "meetings", None, 0, 0)}
    spec = every(report(course=course, pace=pace, progress={"touches": (), "meetings": ()}))["goal-touches"]
    assert series(spec, "done")["data"] == []
    assert "likely" not in {one["id"] for one in spec.option["series"]}
    assert spec.note == "Starts 1 Apr 2026."


def test_a_week_without_a_meeting_is_a_point_at_0_and_one_that_is_not_over_is_pale():
    weeks = (*report().per_week[:2], Week(date(2026, 3, 16), 7, 5, 0, 0))
    spec = every(report(per_week=weeks))["weeks"]
    assert series(spec, "Booked")["data"] == [1, 1, 0]
    full, pale = series(spec, "Reached")["data"][1:]
    assert full == 6
    assert pale["value"] == 5
    assert pale["itemStyle"]["opacity"] < 1
    assert spec.tips[2][0] == "Week of 16 Mar 2026, in part"
    whole = every(report(until=date(2026, 3, 8), per_week=weeks[:1]))["weeks"]
    assert series(whole, "Reached")["data"] == [3]


def test_every_bar_has_its_row_its_key_and_its_words():
    for place, spec in every(report()).items():
        if spec.keys is not None:
            assert len(spec.keys) == len(spec.table.rows) == len(spec.tips), place
        if spec.table.rows:
            assert {len(row) for row in spec.table.rows} == {len(spec.table.headings)}, place


def test_the_same_figures_are_the_same_charts_at_another_time():
    """Nothing is sent to a screen that shows it already."""
    found = report()
    assert every(found) == every(replace(found, as_of=found.as_of + timedelta(seconds=9)))


def test_an_address_narrows_a_report_the_same_way_for_everybody():
    person = uuid4()
    for chosen in (
        ReportChoice(),
        ReportChoice(days="30", type=ActivityType.CALL),
        ReportChoice(days="own", since=date(2026, 1, 5), until=date(2026, 2, 1), person=person),
    ):
        assert ReportChoice.of(f"/campaigns/x?tab=report&{chosen.query()}") == chosen
    assert ReportChoice.of("/campaigns/x?days=1e9&from=never&person=me&type=DANCE") == ReportChoice()
    assert ReportChoice(days="7").asked().on(DAY).from_ == date(2026, 3, 12)


def test_an_answer_with_shares_is_drawn_with_their_range():
    heads = (
        Column("Method", "text"),
        Column("Touches"),
        Column("Meetings booked"),
        *(Column(word, "share") for word in answer_chart.RANGE),
    )
    rows = (("Call", 12, 6, 0.5, 0.254, 0.746), ("LinkedIn", 0, 0, None, None, None))
    spec = answer_chart.answer_chart(
        Answer(Question.CHANNELS, "Which channel works?", "Do more by Call.", heads, rows, "bars", "All time")
    )
    assert series(spec, "range")["data"] == [[25.4, 74.6, 0]]
    assert spec.table.rows[1] == ["LinkedIn", "0", "0", "–", "–", "–"]
    assert spec.note == "Do more by Call. All time."


@pytest.mark.parametrize(("booked", "touches"), [(6, 11), (1, 8), (3, 8), (5, 200), (1, 3), (10, 10)])
def test_a_share_is_the_same_number_in_the_chart_the_table_and_the_sentence(booked, touches):
    one = rate("CALL", "Call", touches, touches, booked)
    heads = question_answers.columns("Method", question_answers.RATES)
    sentence = question_answers.best([replace(one, per_touch=replace(one.per_touch, thin=False))], "Do {}")
    spec = answer_chart.answer_chart(
        Answer(Question.CHANNELS, "Which?", sentence, heads, (question_answers.cells(one),), "bars")
    )
    assert f"{booked / touches:.1%} of {touches}" in str(spec.option)
    assert spec.table.rows[0][3] == f"{booked / touches:.1%}"
    assert f"{booked / touches:.1%} meetings per touch" in spec.note


def test_the_channel_that_books_most_is_named_with_how_sure_that_is():
    """The rows of a real quarter: the channel that always reaches somebody books least."""
    rows = (("Call", 1314, 168, 700), ("Referral", 104, 14, 104), ("E-mail", 739, 79, 300), ("Conference", 120, 5, 113))
    rates = [rate(name, name, touches, reached, booked) for name, touches, booked, reached in rows]
    assert question_answers.best(rates, "Do more by {}") == (
        "Do more by Call rather than Conference: Call with 12.8% meetings per touch (168 of 1,314, likely 11% to 15%),"
        " surely more than Conference with 4.2% meetings per touch (5 of 120, likely 2% to 9%)."
        " Not clearly better or worse: Referral (13.5% of 104), E-mail (10.7% of 739)."
    )


def test_the_page_for_strangers_shows_names_as_text():
    html = shared_report.shown(report()).body.decode()
    assert "Süd &amp; &lt;Nord&gt;" in html
    assert "<Nord>" not in html
    assert "Ada Lind" not in html
    assert html.count('<svg class="chart') == 6
    assert "thin-wide" in html


def test_introductions_that_were_used_are_drawn_with_their_range_and_hatched_while_they_are_few():
    drawn = introductions_chart.introductions_chart(rate("ticket", "Introductions", 4, 3, 3))
    assert drawn.table.rows == [["Introductions", "4", "3", "75%", "30% and 95%"]]
    bars, ranges = drawn.option["series"]
    assert bars["data"][0]["value"] == 75.0
    assert "decal" in bars["data"][0]["itemStyle"]
    assert ranges["data"] == [[30.1, 95.4, 0]]
    many = introductions_chart.introductions_chart(rate("ticket", "Introductions", 20, 15, 15))
    assert "decal" not in many.option["series"][0]["data"][0]["itemStyle"]
    assert introductions_chart.introductions_chart(rate("ticket", "Introductions", 0, 0, 0)).empty


DEALS = DealFigures(
    pushed=9,
    with_deal=4,
    won_contacts=2,
    open=1,
    won=3,
    lost=2,
    money=(
        Money("EUR", Decimal(0), Decimal("12000.50"), Decimal(7)),
        Money("USD", Decimal(5), Decimal(80), Decimal(0)),
    ),
    win_rate=Share.of(3, 5),
    read_at=datetime(2026, 11, 30, 13, 5, tzinfo=UTC),
)


def test_the_funnel_goes_on_to_what_is_won_and_says_what_that_is_worth():
    told = chart_specs.report_charts(replace(report(), deals=DEALS))
    assert [row[:2] for row in told["funnel"].table.rows[-2:]] == [["With a deal", "4"], ["Won", "2"]]
    assert told["funnel"].note.endswith("Won: 12,000 EUR, 80 USD.")
    assert list(told["funnel"].keys[-2:]) == ["WITH_DEAL", "WON"]


def test_each_state_has_its_count_and_its_worth_in_each_currency():
    spec = deal_charts.deals_chart(report(), DEALS)
    assert [list(row) for row in spec.table.rows] == [
        ["In Pipedrive", "9", "–"],
        ["With a deal", "4", "–"],
        ["Open deals", "1", "5 USD"],
        ["Won deals", "3", "12,000 EUR, 80 USD"],
        ["Lost deals", "2", "7 EUR"],
    ]
    assert "3 of 5 decided deals were won (60%" in spec.note


def test_without_the_right_or_without_anybody_there_nothing_is_drawn():
    for deals in (None, replace(DEALS, pushed=0, with_deal=0)):
        told = chart_specs.report_charts(replace(report(), deals=deals))
        assert "deals" not in told
        assert len(told["funnel"].table.rows) == len(report().funnel)
    assert "has not been asked yet" in deal_charts.deals_chart(report(), replace(DEALS, read_at=None)).note
