"""A question that somebody puts together: what to count and by what, over the days and for whom the page is narrowed to."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from app.models import Question, QuestionFilters
from app.pages.reports.parts.answer_chart import answer_chart
from app.pages.reports.parts.live_chart import ChartSpec, LiveChart, Picture
from app.pages.reports.report_filter import ReportFilter
from app.pages.reports.saved_reports_part import SavedReportsPart
from app.pages.ui import basic, theme
from app.services.reports.own_questions import GROUPINGS, MEASURES
from app.services.reports.questions import Answer


class OwnQuestionPart:
    """Two choices and the answer; what is chosen is a part of the page's choice, so that its address says it."""

    def __init__(
        self,
        filter_: ReportFilter,
        answer: Answer,
        saved: SavedReportsPart,
        on_open: Callable[[str], Awaitable[Any]],
        on_save: Callable[[ChartSpec], Awaitable[Picture | None]],
    ) -> None:
        self.filter = filter_
        with ui.element("div").classes("pd-answer pd-own"):
            with ui.element("div").classes("pd-own-choice"):
                basic.line("Ask your own", "h2", "pd-h2")
                with ui.element("div").classes("pd-report-who"):
                    self.pick("Count", "measure", MEASURES, filter_.chosen.own_filters().measure)
                    self.pick("By", "by", GROUPINGS, filter_.chosen.own_filters().by)
            self.chart = LiveChart(answer_chart(answer), on_open, on_save).mark(Question.OWN.value)
            saved.offer(Question.OWN, self.filters)

    def pick(self, label: str, name: str, options: dict[Any, str], value: Any) -> None:
        box = ui.select(options, value=value, label=label).classes("pd-field").mark(f"own-{name}")
        box.props("outlined dense behavior=menu options-dense=false stack-label")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.filter.choose(**{name: event.value}))

    def filters(self) -> QuestionFilters:
        """As it is chosen now."""
        return self.filter.chosen.own_filters()
