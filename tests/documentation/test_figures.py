"""The README's figures are those that were measured, its prices those that are charged."""

import re

from tests.documentation.figures import README, rewritten
from tests.documentation.pages import DOCS

_PRICE = re.compile(r"\$\d+\.\d\d")


def test_the_figures_of_the_readme_are_those_of_the_benchmarks():
    assert README.read_text() == rewritten(README.read_text()), "run: python -m tests.documentation.figures"


def test_the_prices_of_the_readme_are_those_of_the_alarm_catalogue():
    prices = set(_PRICE.findall(README.read_text()))
    assert prices
    assert prices <= set(_PRICE.findall((DOCS / "alarms.md").read_text()))
