"""Blocks of code in other languages than Python are what they say they are."""

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from itertools import takewhile

import pytest

from cdk_sentry.cli.errors import CommandError
from cdk_sentry.cli.main import parser
from tests.documentation.pages import PAGES, ROOT, Block, blocks

_TARGET = re.compile(r"^make ([a-z-]+)", re.MULTILINE)
_ENDS_A_COMMAND = {"<", ">", "|", "||", "&&", ";"}
_CHANGED = re.compile(r"^[+-]")


def all_blocks(*languages: str) -> list[object]:
    return [pytest.param(block, id=block.name) for page in PAGES for block in blocks(page, *languages)]


@pytest.mark.parametrize("block", all_blocks("console", "bash", "sh"))
def test_a_shell_block_parses(block: Block):
    checked = subprocess.run(["bash", "-n"], input=block.code, text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("block", all_blocks("console"))
def test_a_shell_block_names_targets_that_there_are(block: Block):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(_TARGET.findall(block.code)) <= set(targets)


def command_lines(code: str) -> Iterator[list[str]]:
    """The arguments of each call of `cdk-sentry`."""
    for line in code.replace("\\\n", " ").splitlines():
        name, *words = shlex.split(line, comments=True) or [""]
        if name == "cdk-sentry":
            yield list(takewhile(lambda word: word not in _ENDS_A_COMMAND, words))


@pytest.mark.parametrize("block", all_blocks("console"))
def test_a_shell_block_calls_the_command_as_it_can_be_called(block: Block):
    for words in command_lines(block.code):
        parser(words[:1]).parse_args(words)


def test_an_option_that_the_command_does_not_have_would_be_noticed():
    [words] = command_lines("cdk-sentry audit --everything | cat  # all")
    with pytest.raises(CommandError, match="--everything"):
        parser(words[:1]).parse_args(words)


@pytest.mark.parametrize("block", all_blocks("json"))
def test_a_json_block_is_json(block: Block):
    json.loads(block.code)


@pytest.mark.parametrize("block", all_blocks("diff"))
def test_a_diff_changes_something_and_python_is_python_before_and_after(block: Block):
    lines = block.code.splitlines()
    assert any(_CHANGED.match(line) for line in lines)
    if "const " in block.code:
        return
    for side in "-+":
        ast.parse("\n".join(line[1:] for line in lines if line[:1] in ("", " ", side)))
