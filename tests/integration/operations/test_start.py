"""What a start loads."""

import subprocess
import sys

from tests.support.app_process import ROOT


def test_a_start_waits_for_no_library_that_it_may_never_need():
    """They take a fifth of a start: spreadsheets, paper, migrations."""
    look = "import sys, app.main; print(*{'openpyxl', 'reportlab', 'alembic'} & {*sys.modules})"
    seen = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert seen.stdout.split() == []
