"""Told to stop, the product leaves nothing running behind it."""

import subprocess
import tempfile
from pathlib import Path

from tests.support.app_process import served


def test_sigterm_stops_the_embedded_database_too():
    folder = Path(tempfile.mkdtemp(prefix="pdn-stop-", dir="/dev/shm" if Path("/dev/shm").exists() else None))
    folder.chmod(0o711)
    with served(folder) as site:
        assert postmasters(folder)
        site.stop()
        assert site.process.returncode == 0
        assert not postmasters(folder)


def postmasters(folder):
    found = subprocess.run(["pgrep", "-f", f"postgres.*{folder}"], capture_output=True, text=True, check=False)
    return found.stdout.split()
