"""Runs the audit, and explains a check."""

from collections.abc import Iterator

from rich.text import Text

from ..command import Exit, Invocation
from ..errors import CommandError
from .check import Check
from .checks import CHECKS
from .inventory import take_inventory
from .reader import reader
from .report import audit, count, document, findings, summary
from .subject import subjects

FAILING = {"warning": ("warning", "error"), "error": ("error",), "never": ()}
"""By what `--fail-on` says: the labels of which one is enough."""


def run(invocation: Invocation) -> Exit:
    """`cdk-sentry audit`."""
    options, output = invocation.options, invocation.output
    if options.explain:
        check = _named(options.explain)
        output.result(_explained(check))
        for heading, text in _explained(check).items():
            output.say(Text.assemble((f"{heading}: ", "bold"), text))
        return Exit.FINE
    if not options.stack and not options.all:
        raise CommandError("which functions? Give --stack NAME, or --all for every function of account and region")
    with reader(invocation.aws, output.progress) as reading:
        inventory = take_inventory(reading, options.stack)
    audited = audit(subjects(inventory), CHECKS)
    output.result(document(audited, inventory, stack=options.stack, denied=reading.denied))
    found = count(audited, inventory)
    for shown in findings(audited):
        output.say(shown)
    if any(each.open for each in audited):
        output.say("")
    for line in summary(audited, inventory):
        output.say(line)
    if found["error"] + found["warning"] + found["unknown"]:
        output.say("cdk-sentry audit --explain CHECK says what a check means and how to put it right.", style="dim")
    if reading.denied:
        denied = ", ".join(sorted(reading.denied))
        output.error(f"not allowed: missing IAM action {denied}: answers that need it are unknown")
        return Exit.IMPOSSIBLE
    return Exit.FOUND if any(found[each] for each in FAILING[options.fail_on]) else Exit.FINE


def _named(check_id: str) -> Check:
    for check in CHECKS:
        if check.id == check_id:
            return check
    raise CommandError(f"no check {check_id!r}; there are: {', '.join(each.id for each in CHECKS)}")


def _explained(check: Check) -> dict[str, str]:
    return dict(_parts(check))


def _parts(check: Check) -> Iterator[tuple[str, str]]:
    yield "check", f"{check.id}: {check.title}"
    yield "meaning", check.meaning
    yield "why", check.why
    yield "how", check.how
    yield "remedy", check.remedy
