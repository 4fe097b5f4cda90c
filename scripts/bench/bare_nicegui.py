"""The least that a page of this kind can cost: NiceGUI with one button and nothing of ours."""

import sys

from nicegui import ui


@ui.page("/")
def page() -> None:
    ui.button("Log").classes("pd-log")


ui.run(host="127.0.0.1", port=int(sys.argv[1]), show=False, reload=False, show_welcome_message=False)
