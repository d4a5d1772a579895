"""The README's figures are those that were measured, its prices those that are charged."""

import re

import pytest

from cdk_sentry import SentryMonitoring
from tests.documentation.figures import README, rewritten
from tests.documentation.pages import DOCS
from tests.synth.apps import function, stack, template_of

_PRICE = re.compile(r"\$\d+\.\d\d")


def test_the_figures_of_the_readme_are_those_of_the_benchmarks():
    assert README.read_text() == rewritten(README.read_text()), "run: python -m tests.documentation.figures"


@pytest.fixture(scope="module")
def price():
    """What the kit says that a stack of eight functions costs a month."""
    shop = stack(stage="dev")
    for number in range(8):
        function(shop, f"Function{number}")
    monitoring = SentryMonitoring(shop, "Sentry")
    template_of(shop)
    [found] = _PRICE.findall(str(monitoring.monthly_cost))
    return found


def test_the_price_of_a_stack_is_what_the_kit_adds_up(price):
    assert f"{price} for a stack of 8 functions" in README.read_text()


def test_the_other_prices_of_the_readme_are_those_of_the_alarm_catalogue(price):
    prices = set(_PRICE.findall(README.read_text())) - {price}
    assert prices
    assert prices <= set(_PRICE.findall((DOCS / "alarms.md").read_text()))
