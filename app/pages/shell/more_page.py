"""More: links to the screens for which the phone's bottom bar has no room."""

from nicegui import ui

from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.ui import basic
from app.services import policy

SCREENS = (
    ("/conference", "Event mode", "Add people quickly", "mic"),
    ("/campaigns", "Campaigns", "Boards, goals and pace", "target"),
    ("/reports", "Reports", "What works, who needs help, what stalls", "chart-column"),
    ("/sync", "Pipedrive", "Sync status", "cloud"),
    ("/import", "Import contacts", "CSV, Excel or vCard", "upload"),
    ("/job-changes", "New jobs", "Who changed firm or title", "refresh-cw"),
    ("/duplicates", "Duplicates", "Contacts who may be one person", "copy"),
    ("/organisations", "Organisations", "Rename and merge organisations", "building-2"),
    ("/trash", "Trash", "Deleted contacts and undo", "trash-2"),
    ("/notices", "Notifications", "Reminders, the morning mail, your outbox", "bell"),
    ("/settings", "Settings", "Profile, password, Pipedrive key", "settings"),
)
TEAM = ("/team", "Team", "Invite colleagues, roles, sign-ins", "shield")


@screen("More")
async def more_page(shell: Shell) -> None:
    basic.title("More")
    basic.text(f"{shell.me.name} · {shell.me.email}", "pd-muted pd-small").style("margin-bottom: 14px")
    with ui.element("div").classes("pd-card flush"):
        for path, title, hint, icon_name in (*SCREENS, *([TEAM] if policy.may_manage_users(shell.me) else [])):
            with ui.element("div").classes("pd-row"), basic.link(path, "pd-row-main"):
                with ui.element("span").classes("pd-avatar brandy"):
                    basic.icon(icon_name)
                with ui.element("span").classes("pd-row-text"):
                    basic.text(title, "pd-row-name")
                    basic.text(hint, "pd-row-sub pd-whole")
                basic.icon("chevron-right")
    basic.sign_out()
