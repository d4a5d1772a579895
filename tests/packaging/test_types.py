"""A user's type checker knows the library's types."""

import subprocess
import sys

import pytest

from tests.packaging.conftest import APP, ROOT

pytestmark = pytest.mark.xdist_group("packaging-types")

MISTAKEN = """
SentryMonitoring(stack, "Mistaken", environment=3)
reveal_type(SentryMonitoring(stack, "Another").topic)
"""


def test_a_users_app_is_checked_against_the_installed_wheel(project):
    (project / "mistaken.py").write_text(APP + MISTAKEN)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", project / ".venv/bin/python"]
    # Reading the types of aws-cdk-lib takes a minute; they are kept for the next run.
    command += ["--cache-dir", ROOT / ".cache" / "mypy-of-a-user", "app.py", "mistaken.py"]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    *lines, summary = finished.stdout.splitlines()
    assert summary == "Found 1 error in 1 file (checked 2 source files)", finished.stdout + finished.stderr
    (mistake,) = [line for line in lines if ": error:" in line]
    assert 'Argument "environment" to "SentryMonitoring" has incompatible type "int"; expected "str | None"' in mistake
    assert any('Revealed type is "aws_cdk.aws_sns' in line for line in lines)
