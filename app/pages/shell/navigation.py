"""The rooms of the house: what the phone's bar and the desktop's rail lead to."""

NAV = (
    ("/", "Today", "sparkles"),
    ("/contacts", "Contacts", "users"),
    ("/activities", "Activities", "activity"),
    ("/more", "More", "menu"),
)
RAIL = (
    *NAV[:2],
    ("/campaigns", "Campaigns", "target"),
    NAV[2],
    ("/reports", "Reports", "chart-column"),
    ("/sync", "Pipedrive", "cloud"),
    ("/organisations", "Organisations", "building-2"),
    ("/import", "Import", "upload"),
    ("/trash", "Trash", "trash-2"),
    ("/settings", "Settings", "settings"),
    ("/team", "Team", "shield"),
)


def of(golden: bool) -> tuple[tuple[str, str, str], ...]:
    """The rail; the team's room is for golden tickets."""
    return tuple(room for room in RAIL if golden or room[0] != "/team")


def lit(ways: tuple[tuple[str, str, str], ...], path: str) -> str:
    """Which of these ways is shown as taken on `path`; what the phone's bar does not name lies behind its last entry."""
    here = "/" + path.split("?", maxsplit=1)[0].strip("/").split("/")[0]
    return here if any(here == way for way, *_ in ways) else NAV[-1][0]
