"""The pages say of the command what it is."""

import pytest

from tests.cli.documentation import pages, rewritten


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_policies_and_lists_are_those_of_the_command(page):
    assert page.read_text() == rewritten(page.read_text()), "run: python -m tests.cli.documentation"
