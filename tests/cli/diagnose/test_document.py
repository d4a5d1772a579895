"""docs/diagnose.md describes the document for machines, every finding, and every weight."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdk_sentry.cli import diagnose
from cdk_sentry.cli.diagnose.finding import Health, Weight
from cdk_sentry.cli.diagnose.report import document
from tests.cli.diagnose.shop import MAPPING, STORE, concluded, good_day, mapping, survey
from tests.cli.documentation import DOCS

PAGE = (DOCS / "diagnose.md").read_text()
# Made from the step's own words.
BUILT = {"throttles-writes", "throttles-reads", "counts-failures", "refuses-input"}


def keys(part: Any, prefix: str = "") -> Iterator[str]:
    """Every key of a document, with those above it; entries of a list are one."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield f"{prefix}.{name}"
            yield from keys(value, f"{prefix}.{name}")
    elif isinstance(part, list):
        for each in part:
            yield from keys(each, f"{prefix}[]")


def ids_in_the_code() -> set[str]:
    """The first argument of every call of `sick`."""
    calls = [
        node
        for path in Path(diagnose.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sick"
    ]
    return {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)} | BUILT


def test_the_document_has_the_documented_shape() -> None:
    [example] = re.findall(r"```json\n(\{\n  \"stack\".*?)```", PAGE, re.DOTALL)
    store = good_day()[STORE]
    diagnosis = concluded(of=survey(user="ada"), facts={MAPPING: mapping(State="Disabled"), STORE: store})

    assert set(keys(json.loads(example))) == set(keys(json.loads(json.dumps(document(diagnosis)))))


def test_every_finding_that_makes_a_step_sick_is_listed() -> None:
    [table] = re.findall(
        r"## What is asked, and what can be found\n\n(.*?)\n\n(?:Any of them .*?`gone`)", PAGE, re.DOTALL
    )
    listed = set(re.findall(r"`([a-z-]+)`", table)) | {"gone", "key-unusable"}

    assert listed == ids_in_the_code()


def test_every_weight_is_explained_in_its_order() -> None:
    [table] = re.findall(r"\| weight \|.*?\n\n", PAGE, re.DOTALL)

    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [each.name.lower() for each in Weight]


def test_every_health_is_one_that_the_page_names() -> None:
    for health in Health:
        assert f"`{health.value}`" in PAGE
