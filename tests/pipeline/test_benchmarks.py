"""The pipeline's benchmarks run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("benchmark", ["ingest", "history"])
def test_a_benchmark_of_the_pipeline_runs(benchmark: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "pipeline", "--quick", "--only", benchmark]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert finished.returncode == 0, finished.stderr
    assert f"### {benchmark.capitalize()}" in finished.stdout
