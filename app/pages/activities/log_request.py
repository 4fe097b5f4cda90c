"""What a screen asks to be logged."""

from dataclasses import dataclass
from uuid import UUID

from app.models import Activity, ActivityType
from app.pages.core.shell import Purpose


@dataclass(frozen=True)
class LogRequest:
    """With whom and how.

    `planned` is the touch that this answers; `asked` says that the app asks whether it happened; `purpose` is the campaign
    on whose board this began.
    """

    contact_id: UUID
    name: str
    kind: ActivityType
    planned: Activity | None = None
    asked: bool = False
    purpose: Purpose | None = None

    def question(self) -> str:
        if self.planned and self.kind is ActivityType.MEETING:
            return "How did the meeting go?"
        return "Did it happen?" if self.asked else "How did it go?"
