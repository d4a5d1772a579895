"""CONTRIBUTING.md tells of every suite of tests."""

import re

from tests.documentation.pages import ROOT

_PAGE = (ROOT / "CONTRIBUTING.md").read_text()


def test_every_suite_has_a_line_and_every_line_a_suite():
    suites = {path.parent.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", _PAGE, re.MULTILINE)) == suites
