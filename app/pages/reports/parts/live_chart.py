"""A live chart: one element that holds its drawing, its table and its picture; news changes it in place."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# importing it makes the library known to every page; a browser loads it with the first chart
import nicegui.elements.echart  # noqa: F401
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.models import now
from app.pages.ui import theme
from app.services.reports.files import export, tables

PATIENCE = 8.0


@dataclass(frozen=True)
class ChartTable:
    """The same facts in words, for whoever cannot see the chart; `headings` fit each row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class ChartSpec:
    """What a chart says. Each row of the table is one bar; `keys` name the bars that open, `across` is their axis.

    `option` is for ECharts; its colours are names of the theme, like `var(--d1)`. `empty` stands where nothing is;
    `file` names it among the pictures of its page; `bare` leaves the buttons out.
    """

    title: str
    table: ChartTable
    option: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    alt: str = ""
    height: int = 260
    keys: Sequence[str] | None = None
    across: str | None = None
    tips: Sequence[Sequence[str]] | None = None
    empty: str = ""
    file: str = ""
    bare: bool = False


@dataclass(frozen=True)
class Picture:
    """What a picture says of itself under its title, and the name of its file."""

    about: str
    file: str


def picture_of(spec: ChartSpec, said: Sequence[str], zone: str) -> Picture:
    """The picture of a chart that is narrowed to what is `said`, as of now."""
    moment = now()
    about = " · ".join([*filter(None, said), f"as of {tables.at_words(moment, zone)} ({zone})"])
    return Picture(about, export.file_name([spec.file, *said], moment, zone, "png"))


class LiveChart(Element, component=theme.COMPONENTS / "graph.js"):
    """Draws a spec; `on_pick` is told the key of the bar that was tapped, `on_save` that its picture is wanted.

    `on_save` answers what stands on the picture and how its file is called, or None where nobody may have it.
    """

    def __init__(
        self,
        spec: ChartSpec,
        on_pick: Callable[[str], Any] | None = None,
        on_save: Callable[[ChartSpec], Awaitable[Picture | None]] | None = None,
    ) -> None:
        super().__init__()
        self.spec = spec
        # a text, not a dict: NiceGUI wraps every nested dict
        self.props["spec"] = json.dumps(asdict(spec))

        async def picked(event: GenericEventArguments) -> None:
            if on_pick and event.args in (self.spec.keys or ()):
                await on_pick(event.args)

        async def saved() -> None:
            picture = await on_save(self.spec) if on_save else None
            if picture:
                self.run_method("save", asdict(picture))

        self.on("pick", picked)
        self.on("save", saved, [])

    def renew(self, spec: ChartSpec) -> None:
        """Show other facts in the same place; the same ones cost nothing."""
        if spec != self.spec:
            self.spec = spec
            self.props["spec"] = json.dumps(asdict(spec))

    async def picture(self) -> bytes | None:
        """The chart as PNG, as the browser draws it on white; None when there is nothing to draw.

        Raises TimeoutError when the browser does not answer.
        """
        said = await self.run_method("picture", timeout=PATIENCE)
        head, _, data = said.partition(",") if isinstance(said, str) else ("", "", "")
        if head != "data:image/png;base64":
            return None
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error:
            return None

    def save_poster(self, head: dict[str, Any]) -> None:
        """Have the browser save the whole report, of which this chart is a part, as one picture."""
        self.run_method("poster", head)


class FreshnessLabel(Element, component=theme.COMPONENTS / "pulse.js"):
    """`Live`, or since when the screen is not."""

    def __init__(self) -> None:
        super().__init__()
        self.props["fresh"] = True
        self.props["at"] = ""

    def say(self, at: str, *, fresh: bool) -> None:
        """`at` is the time of the figures, as the viewer's clock shows it."""
        if (fresh, at) != (self.props["fresh"], self.props["at"]):
            self.props["at"] = at
            self.props["fresh"] = fresh

    def beat(self) -> None:
        """Let the browser hear that its line is alive; nothing else would come while nothing happens."""
        self.run_method("beat")
