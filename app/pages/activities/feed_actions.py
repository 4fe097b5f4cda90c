"""What a tap on one of the feed's cards does."""

from uuid import UUID

from nicegui import ui

from app.errors import Refusal
from app.pages.core.shell import Purpose, Shell
from app.pages.core.tap import look
from app.pages.ui import toast
from app.services.activities import timeline


async def run_card_action(shell: Shell, verb: str, touch_id: UUID) -> None:
    """A tap on a card; the touch is asked for again, with the rights of now."""
    try:
        entry = await look(lambda session, me: timeline.one(session, me, touch_id))
    except Refusal as refusal:
        toast.show(ui.context.client, str(refusal), "no")
        return
    touch, name = entry.activity, entry.contact or "Somebody"
    if verb == "edit":
        await shell.edit_touch(entry)
    elif verb == "move":
        shell.move_meeting(touch, name)
    elif touch.contact_id:
        # a colleague's contact is reached for the campaign or not at all
        purpose = (
            Purpose(touch.campaign_id, entry.campaign or "", False) if touch.campaign_id and not entry.mine else None
        )
        if verb == "meet":
            await shell.book_meeting(touch.contact_id, name, purpose)
        else:
            planned = None if touch.done else touch
            kind = touch.type if planned else None
            await shell.log_touch(touch.contact_id, name, kind, planned=planned, purpose=purpose)
