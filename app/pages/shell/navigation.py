"""Which screens the phone's bottom bar and the desktop's side rail lead to: path, label and icon of each."""

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

Entries = tuple[tuple[str, str, str], ...]


def rail_of(golden: bool) -> Entries:
    """The rail's entries; Team is for golden tickets."""
    return tuple(entry for entry in RAIL if golden or entry[0] != "/team")


def active(entries: Entries, path: str) -> str:
    """The path of the entry that is marked while `path` is open; the last one, More, where no entry leads there."""
    here = first_part(path)
    return here if any(here == entry_path for entry_path, *_ in entries) else NAV[-1][0]


def first_part(path: str) -> str:
    """`/contacts` of `/contacts/1?q=a`."""
    return "/" + path.split("?", maxsplit=1)[0].strip("/").split("/")[0]
