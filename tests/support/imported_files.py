"""Files taken into a bank, as the routes and the console take them: read first, then in one transaction."""

from app import db
from app.models import User
from app.services.imports import import_files, importer


def take_files(who: User, *files, mapping=None, **options):
    """Import pairs of name and bytes; the report."""
    sheets = import_files.read_files(list(files), mapping, strict=True)
    with db.transaction() as session:
        return importer.import_sheets(session, session.get_one(User, who.id), sheets, **options)
