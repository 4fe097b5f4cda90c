"""What was squeezed once is there at the next start, and a damaged file is never served."""

import os
import time

import brotli
import pytest

from app.web.nicegui_adapter import precompressed_store
from app.web.nicegui_adapter.precompressed_store import PrecompressedStore

TEXT = b"const answer = 42;\n" * 5_000


@pytest.fixture
def place(tmp_path):
    return tmp_path / "squeezed"


@pytest.fixture
def work(monkeypatch):
    """How often something was squeezed."""
    done = []

    compress = brotli.compress

    def counted(text, quality):
        done.append(quality)
        return compress(text, quality=quality)

    monkeypatch.setattr(precompressed_store.brotli, "compress", counted)
    return done


def test_the_next_start_has_it_at_once(place, work):
    first = PrecompressedStore(place).squeezed(TEXT)
    assert brotli.decompress(first) == TEXT
    assert PrecompressedStore(place).squeezed(TEXT) == first
    assert len(work) == 1
    assert [file.stat().st_mode & 0o777 for file in (place, *place.iterdir())] == [0o700, 0o600]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, brotli.compress(b"another text")])
def test_a_damaged_file_is_made_anew(place, work, damage):
    right = PrecompressedStore(place).squeezed(TEXT)
    (file,) = place.iterdir()
    file.write_bytes(damage)
    assert PrecompressedStore(place).squeezed(TEXT) == right == file.read_bytes()
    assert len(work) == 2


def test_without_a_folder_that_can_be_written_to_it_is_squeezed_each_time(tmp_path, work):
    (tmp_path / "squeezed").write_text("a file where the folder should be")
    for kept in (PrecompressedStore(None), PrecompressedStore(tmp_path / "squeezed")):
        assert brotli.decompress(kept.squeezed(TEXT)) == TEXT
        kept.tidy()
    assert len(work) == 2


def test_what_nobody_asked_for_in_two_months_goes(place):
    kept = PrecompressedStore(place)
    kept.squeezed(TEXT)
    (used,) = place.iterdir()
    old = place / "of-another-version.br"
    old.write_bytes(b"")
    for file, days in ((old, 61), (used, 61)):
        os.utime(file, (time.time() - days * 86_400,) * 2)
    kept.squeezed(TEXT)
    kept.tidy()
    assert list(place.iterdir()) == [used]
