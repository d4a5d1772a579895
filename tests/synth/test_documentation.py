"""Every Python block in README and docs runs."""

import re
from pathlib import Path

import pytest

from tests.synth.apps import function, stack

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, block in enumerate(_BLOCK.findall(page.read_text()), start=1)
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_python_block_of_the_documentation_runs(block):
    """Names that a block takes for given: a stack, and two functions in it."""
    app = stack(stage="dev")
    exec(block, {"stack": app, "checkout": function(app, "Checkout"), "housekeeping": function(app, "Housekeeping")})


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
