"""The forwarder's benchmarks run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_flood_stays_within_its_bounds() -> None:
    command = [sys.executable, "-m", "benchmarks", "forwarder", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert "| 60 | <= 60 | yes |" in run.stdout
    assert "goal missed" not in run.stdout
