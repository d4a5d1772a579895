"""The permissions that the security notes list are those that the templates hold, no more and no fewer."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from cdk_sentry import Dsn, Notify, SentryMonitoring
from tests.documentation.pages import DOCS
from tests.synth.apps import function, resources_of, stack, template_of

_ACTION = re.compile(r"`([a-z]+:[A-Z]\w+)`")


def documented_actions() -> set[str]:
    page = (DOCS / "security.md").read_text()
    return set(_ACTION.findall(page[page.index("## Permissions") : page.index("### Topics")]))


def granted_actions(template: dict[str, Any]) -> Iterator[str]:
    """The actions of all policies of roles."""
    for kind in ("AWS::IAM::Policy", "AWS::IAM::Role"):
        for resource in resources_of(template, kind).values():
            properties = resource["Properties"]
            inline = [each["PolicyDocument"] for each in properties.get("Policies", [])]
            for document in filter(None, [properties.get("PolicyDocument"), *inline]):
                for statement in document["Statement"]:
                    actions = statement["Action"]
                    yield from [actions] if isinstance(actions, str) else actions


@pytest.fixture(scope="module")
def granted():
    """All that the kit ever grants, in a stack for each way to give a DSN."""
    found: set[str] = set()
    for name in ("Parameter", "Secret", "String"):
        shop = stack(name, stage="dev")
        function(shop)
        key = kms.Key(shop, "Key")
        secret = secretsmanager.Secret(shop, "Dsn", encryption_key=key)
        dsn = {
            "Parameter": Dsn.from_secure_ssm("/Sentry/Dsn", encryption_key=key),
            "Secret": Dsn.from_secret(secret),
            "String": Dsn.from_ssm(),
        }[name]
        SentryMonitoring(shop, "Sentry", dsn=dsn, notify=[Notify.sentry(), Notify.email("team@example.com")])
        found |= set(granted_actions(template_of(shop)))
    return found


def test_every_action_that_a_role_gets_is_in_the_security_notes(granted):
    assert granted - documented_actions() == set()


def test_the_security_notes_list_no_action_that_no_role_gets(granted):
    assert documented_actions() - granted == set()
