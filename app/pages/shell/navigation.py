"""Which screens the phone's bottom bar and the desktop's side rail lead to: path, label and icon of each."""

NAV = (
    ("/", "Today", "sun"),
    ("/contacts", "Contacts", "users"),
    ("/activities", "Activities", "activity"),
    ("/more", "More", "menu"),
)
# the rail's five places, and apart from them what one sets up
PLACES = (*NAV[:2], ("/campaigns", "Campaigns", "target"), NAV[2], ("/reports", "Reports", "chart-column"))
APART = (("/sync", "Pipedrive", "cloud"), ("/team", "Team", "shield"), ("/settings", "Settings", "settings"))
# what is done with the whole contact bank: in the menu of Contacts
OF_CONTACTS = (
    ("/import", "Import", "upload"),
    ("/duplicates", "Duplicates", "copy"),
    ("/job-changes", "New jobs", "refresh-cw"),
    ("/organisations", "Organisations", "building-2"),
    ("/trash", "Trash", "trash-2"),
)

Entries = tuple[tuple[str, str, str], ...]


def apart_of(golden: bool) -> Entries:
    """What stands apart in the rail; Team is for golden tickets."""
    return tuple(entry for entry in APART if golden or entry[0] != "/team")


def everywhere(golden: bool) -> Entries:
    """All that one can go to by name."""
    return (*PLACES, *OF_CONTACTS, *apart_of(golden))


def active_in_bar(path: str) -> str:
    """The path of the bar's entry that is marked while `path` is open; the last one, More, where no entry leads there."""
    here = first_part(path)
    return here if any(here == entry_path for entry_path, *_ in NAV) else NAV[-1][0]


def active_in_rail(path: str) -> str:
    """The same for the rail, in which nothing may be marked."""
    here = first_part(path)
    return "/contacts" if any(here == entry_path for entry_path, *_ in OF_CONTACTS) else here


def above(path: str) -> str | None:
    """Where a phone's arrow in the title leads; None on the places of its bottom bar, and on a contact, which has its own."""
    here, parts = first_part(path), path.split("?", maxsplit=1)[0].strip("/").split("/")
    if active_in_bar(here) == here:
        return None
    return here if len(parts) > 1 and here != "/more" else NAV[-1][0]


def title_of(here: str) -> str:
    """What the screen is called at which an entry leads to `here`; nothing where none does."""
    return next((word for path, word, _ in everywhere(golden=True) if path == here), "")


def first_part(path: str) -> str:
    """`/contacts` of `/contacts/1?q=a`."""
    return "/" + path.split("?", maxsplit=1)[0].strip("/").split("/")[0]
