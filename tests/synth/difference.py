"""What the one line changes in an app: the app is synthesized without it and with it, and the templates compared."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from cdk_sentry.functions.function import is_intrinsic

Template = dict[str, Any]
Build = Callable[[cdk.App], object]

# What a function that gets the Python layer changes in, and nothing else.
INSTRUMENTED = frozenset(
    {
        "Properties.Handler",
        "Properties.Layers",
        "Properties.Environment.Variables.SENTRY_DSN",
        "Properties.Environment.Variables.SENTRY_ENVIRONMENT",
        "Properties.Environment.Variables.SENTRY_INITIAL_HANDLER",
        "Properties.Environment.Variables.SENTRY_RELEASE",
        "Properties.Environment.Variables.SENTRY_TAGS",
    }
)
# A function without a layer: the SDK of its language reads the variables.
VARIABLES_ONLY = frozenset(
    each
    for each in INSTRUMENTED
    if each.startswith("Properties.Environment") and not each.endswith("SENTRY_INITIAL_HANDLER")
)


@dataclass(frozen=True)
class Difference:
    """Templates by file name, without the line and with it."""

    before: dict[str, Template]
    after: dict[str, Template]

    def added(self, template: str) -> dict[str, str]:
        """Types of the resources that one template has gained, by logical id."""
        there = self.before[template].get("Resources", {})
        now = self.after[template].get("Resources", {})
        return {name: each["Type"] for name, each in now.items() if name not in there}

    def changed(self, template: str) -> dict[str, set[str]]:
        """Paths that differ in the resources that were there before, by logical id.

        Raises:
            AssertionError: a resource is gone, or something other than resources, parameters and outputs that were
                there before differs.
        """
        before, after = self.before[template], self.after[template]
        for section in before.keys() | after.keys():
            for name, was in before.get(section, {}).items() if isinstance(before.get(section), dict) else ():
                assert name in after[section], f"{template}: {section}.{name} is gone"
                assert section == "Resources" or after[section][name] == was, f"{template}: {section}.{name} differs"
        changes = {
            name: set(_paths(was, after["Resources"][name])) for name, was in before.get("Resources", {}).items()
        }
        return {name: paths for name, paths in changes.items() if paths}

    def all_changed(self) -> dict[str, set[str]]:
        """As `changed`, for all templates together."""
        assert self.before.keys() <= self.after.keys()
        return {name: paths for template in self.before for name, paths in self.changed(template).items()}


def difference(build: Build, add: Callable[[cdk.App], object], **context: Any) -> Difference:
    """Synthesizes an app without the line and with it."""

    def with_line(app: cdk.App) -> None:
        build(app)
        add(app)

    return Difference(synthesized(build, **context), synthesized(with_line, **context))


def synthesized(build: Build, **context: Any) -> dict[str, Template]:
    """All templates of an app, by file name, those of its Stages and nested stacks too."""
    app = cdk.App(context=context)
    build(app)
    folder = Path(app.synth().directory)
    return {
        str(path.relative_to(folder)): json.loads(path.read_text()) for path in sorted(folder.rglob("*.template.json"))
    }


def stack_in(app: cdk.App, name: str = "Stack") -> cdk.Stack:
    """A stack by its id."""
    found = app.node.find_child(name)
    assert isinstance(found, cdk.Stack)
    return found


def _paths(before: Any, after: Any, path: str = "") -> Iterator[str]:
    # What was not there at all is compared as if it had been empty, so that every variable is named.
    if is_intrinsic(after):
        if before != after:
            yield path
        return
    if before is None and isinstance(after, dict):
        before = {}
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from _paths(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif before != after:
        yield path
