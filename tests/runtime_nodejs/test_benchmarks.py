"""The Node.js layer's benchmarks run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_benchmarks_of_the_node_layer_run() -> None:
    command = [sys.executable, "-m", "benchmarks", "node_layer", "--quick"]
    command += ["--only", "response_time", "--only", "delivery", "--only", "layer_size"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert finished.returncode == 0, finished.stderr
    assert "| errors delivered of 10 | 10 | 10 | 10 | yes |" in finished.stdout
