"""The import page: files, the meaning of their columns, a preview, and only then the import.

Everything stands on one screen. Files that explain themselves need two taps; the
rest shows its columns and asks.
"""

from nicegui import ui
from nicegui.events import UploadEventArguments

from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.imports.import_wizard import ImportWizard
from app.pages.imports.past_imports import PastImports
from app.pages.ui import basic, toast
from app.signals import Topic

MOST_BYTES = 5 * 1024 * 1024
KINDS = ".csv,.tsv,.txt,.xlsx,.xlsm,.vcf,.vcard,.zip,text/csv,text/plain,text/vcard,text/x-vcard"
REFUSED = "Choose CSV, Excel (.xlsx) or vCard files of at most 5 MB each."
HINT = "Excel, CSV or vCard, from a phone, Outlook, Google, LinkedIn, Pipedrive or a list of your own."


@screen("Import")
async def import_page(shell: Shell) -> None:
    async def arrived(event: UploadEventArguments) -> None:
        await wizard.more((event.file.name, await event.file.read()))

    basic.title("Import contacts")
    basic.text("You’ll see a preview first.", "pd-muted").style("margin: 4px 0 14px")
    picker = ui.upload(
        on_upload=arrived,
        multiple=True,
        auto_upload=True,
        max_file_size=MOST_BYTES,
        on_rejected=lambda: toast.show(ui.context.client, REFUSED, "no"),
    )
    picker.props["accept"] = KINDS
    picker.classes("hidden pd-files").on("finish", picker.reset)
    wizard = ImportWizard(lambda some: _door(picker, some))
    past = PastImports(shell.me)
    await past.show()
    live_updates.on(past.show, Topic.CONTACT, owner=shell.me.id)


def _door(picker: ui.upload, some: bool) -> None:
    """Where files are dropped on a desk, and chosen with a thumb."""

    def choose() -> None:
        picker.run_method("pickFiles")

    with ui.element("div").classes("pd-card pd-drop"):
        if some:
            basic.button("Add another file", choose, "plain", "plus").classes("full-width")
        else:
            basic.empty("upload", "Upload a file", HINT, "Choose files", choose)
            basic.text("or drop them here", "pd-small pd-muted pd-by-mouse")
