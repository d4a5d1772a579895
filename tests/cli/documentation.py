"""What pages say of the command, taken from the command: `python -m tests.cli.documentation` writes it anew.

A part stands after a line such as `<!-- policy: audit -->`, up to the line `<!-- end -->`.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any

from cdk_sentry.cli.audit.checks import CHECKS
from cdk_sentry.cli.command import Command
from cdk_sentry.cli.main import COMMANDS, load
from tests.cli.examples import EXAMPLES, Example
from tests.local_cloud.diagnosed_ways import CASES

DOCS = Path(__file__).parents[2] / "docs"
_PART = re.compile(r"(<!-- (policy|checks|ways|commands|output|keys): ([\w -]+) -->\n).*?(?=<!-- end -->)", re.DOTALL)
# What the reader has to fill in.
_PLACE = {"Partition": "aws", "Region": "REGION", "Account": "ACCOUNT"}


def pages() -> list[Path]:
    """The pages of the documentation that have such parts."""
    return sorted(page for page in DOCS.rglob("*.md") if _PART.search(page.read_text()))


def rewritten(page: str) -> str:
    """A page's text with its parts as the command has them now.

    Args:
        page: its text.
    """
    return _PART.sub(lambda found: f"{found[1]}\n{_written(found[2], found[3])}\n\n", page)


def subcommands() -> dict[str, Command]:
    """Every subcommand that does something, by its full name."""
    return {name: command for top in COMMANDS for name, command in load(top).runnable()}


def _written(kind: str, name: str) -> str:
    kinds: dict[str, Callable[[], Iterator[str]]] = {
        "policy": lambda: _policy(subcommands()[name]),
        "output": lambda: _output(EXAMPLES[name]),
        "commands": _commands,
        "keys": _keys,
        "checks": _checks,
        "ways": _ways,
    }
    return "\n".join(kinds[kind]())


def _policy(command: Command) -> Iterator[str]:
    yield "```json"
    yield json.dumps({"Version": "2012-10-17", "Statement": list(_statements(command))}, indent=2)
    yield "```"
    yield ""
    yield "| IAM actions | what for |"
    yield "| --- | --- |"
    for each in command.permissions:
        yield f"| {', '.join(f'`{action}`' for action in each.actions)} | {each.why} |"


def _statements(command: Command) -> Iterator[dict[str, Any]]:
    for each in command.permissions:
        yield {
            "Effect": "Allow",
            "Action": _one_or_list(each.actions),
            "Resource": _one_or_list([Template(resource).substitute(_PLACE) for resource in each.resources]),
        }


def _one_or_list(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _commands() -> Iterator[str]:
    yield "| command | what it does |"
    yield "| --- | --- |"
    for name, command in subcommands().items():
        yield f"| `{name}` | {command.summary} |"


def _output(example: Example) -> Iterator[str]:
    yield "```text"
    yield f"$ {example.line}"
    yield example.run()
    yield "```"


def _keys() -> Iterator[str]:
    yield "| command | keys |"
    yield "| --- | --- |"
    for name in (name for name in subcommands() if name in EXAMPLES):
        leaves = _leaves(json.loads(EXAMPLES[name].run("--json")))
        yield f"| `{name}` | {', '.join(f'`{leaf}`' for leaf in leaves)} |"


def _leaves(document: Any, prefix: str = "") -> Iterator[str]:
    """The keys of a document, in the notation of jq; of a list those of its first member."""
    if isinstance(document, dict) and document:
        for key, value in document.items():
            yield from _leaves(value, f"{prefix}.{key}")
    elif isinstance(document, list):
        yield from _leaves(document[0], f"{prefix or '.'}[]")
    else:
        yield prefix


def _checks() -> Iterator[str]:
    yield "| check | what is asked |"
    yield "| --- | --- |"
    for each in CHECKS:
        yield f"| `{each.id}` | {each.meaning} |"


def _ways() -> Iterator[str]:
    yield "| broken by | step named | finding | next command |"
    yield "| --- | --- | --- | --- |"
    for each in CASES:
        yield f"| {each.way} | {each.what} `{each.step}` | `{each.finding}` | `... {each.next_command} ...` |"


if __name__ == "__main__":
    for path in pages():
        path.write_text(rewritten(path.read_text()))
