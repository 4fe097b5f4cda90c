"""An archive that was damaged on its way is refused in a sentence, wherever it was hit."""

import io
import zipfile

import pytest

from app.errors import Refusal
from app.services.imports import zip_reader


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_refused_and_nothing_breaks(packed):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        archive.writestr("contacts.csv", "Name,E-Mail\n" + "".join(f"Jörg {n},j{n}@x.example\n" for n in range(60)))
    whole = file.getvalue()
    assert zip_reader.unpack(whole)[0][0] == "contacts.csv"
    refused = []
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            zip_reader.unpack(bytes(damaged))
        except Refusal as refusal:
            refused.append(str(refusal))
    assert len(refused) > 20
    assert set(refused) <= {zip_reader.UNREADABLE, zip_reader.NOTHING, zip_reader.TOO_MUCH}
