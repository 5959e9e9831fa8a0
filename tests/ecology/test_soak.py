"""A minute of faults: whatever is killed or held up, nothing acknowledged is lost and the history is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CRASHES = Path(__file__).resolve().parents[2] / "benchmarks" / "crashes.py"


@pytest.mark.timeout(600)
def test_a_minute_of_faults_loses_nothing_and_changes_nothing() -> None:
    command = [sys.executable, str(CRASHES), "--kills", "100", "--seconds", "60", "--seed", "3"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=580, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, doubled 0" in done.stdout
