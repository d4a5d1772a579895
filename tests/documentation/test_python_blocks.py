"""Every Python block of README and docs runs, and what it makes of a stack synthesizes."""

from itertools import count
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_sentry.git import Checkout
from tests.documentation.pages import PAGES, ROOT, blocks
from tests.synth.apps import function

PAGES_WITH_PYTHON = [page for page in PAGES if blocks(page, "python") and not page.is_relative_to(ROOT / "tests")]


def taken_for_given() -> dict[str, Any]:
    """The names that a page's first block, and each that does not continue another, may use: `app`, two functions."""
    app = cdk.App(context={"stage": "dev"}, analytics_reporting=False)
    stack = cdk.Stack(app, "Shop")
    return {
        "app": app,
        "stack": stack,
        "checkout": function(stack, "Checkout", timeout=cdk.Duration.seconds(10)),
        "housekeeping": function(stack, "Housekeeping"),
    }


def stories(page: Path) -> list[str]:
    """A page's Python: blocks that continue one another are one text, with line numbers that are the page's."""
    found: list[str] = []
    for block in blocks(page, "python"):
        if block.continues and found:
            found[-1] += "\n" * (block.line - 1 - found[-1].count("\n")) + block.code
        else:
            found.append("\n" * (block.line - 1) + block.code)
    return found


def errors_of(app: cdk.App) -> list[str]:
    return [
        str(entry.data)
        for construct in app.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:error"
    ]


@pytest.fixture(autouse=True)
def checkout(monkeypatch):
    for module in ("release", "environment"):
        monkeypatch.setattr(f"cdk_sentry.{module}.current_checkout", lambda: Checkout("0a1b2c", "main"))


@pytest.mark.parametrize("page", PAGES_WITH_PYTHON, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs_and_its_stacks_synthesize(page, tmp_path, monkeypatch):
    """In a folder of its own, where `app.py` would be run; a failure names the page and the line."""
    monkeypatch.chdir(tmp_path)
    for number, story in zip(count(1), stories(page), strict=False):
        names = taken_for_given()
        exec(compile(story, str(page), "exec"), names)
        names["app"].synth()
        assert errors_of(names["app"]) == [], f"story {number} of {page.relative_to(ROOT)}"


def test_there_is_python_on_the_pages_that_show_the_library():
    """A parser that found no block would have every test above pass."""
    assert {ROOT / "README.md", ROOT / "docs" / "alarms.md"} <= set(PAGES_WITH_PYTHON)
