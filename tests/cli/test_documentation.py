"""The pages say of the command what it is."""

import re

import pytest

from tests.cli.documentation import pages, rewritten, subcommands


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_policies_and_lists_are_those_of_the_command(page):
    assert page.read_text() == rewritten(page.read_text()), "run: python -m tests.cli.documentation"


def test_no_subcommand_is_without_a_policy():
    """One that may do what another may shares the other's."""
    named = {name for page in pages() for name in re.findall("<!-- policy: (.+) -->", page.read_text())}
    written = [subcommands()[name].permissions for name in named]
    assert [name for name, command in subcommands().items() if command.permissions not in [(), *written]] == []
