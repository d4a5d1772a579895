"""`quarantine list`: what was set aside, by why."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby

from rich.table import Column, Table

from ...pipeline.operate.look import SetAside, given_up, in_quarantine
from ..command import Exit, Invocation
from ..sample import deployed
from .queues import chosen

_READ = {"quarantine": in_quarantine, "failures": given_up}


def show(invocation: Invocation) -> Exit:
    """`quarantine list`: finds something where something was set aside."""
    output, pipeline = invocation.output, deployed(invocation)
    sqs = invocation.aws.client("sqs")
    found = [each for queue in chosen(invocation.options.queue) for each in _READ[queue](sqs, pipeline)]
    output.result({"stack": invocation.options.stack, "messages": [asdict(each) for each in found]})
    if not found:
        output.say("Nothing was set aside.")
        return Exit.FINE
    output.say(_table(found))
    output.say(f"`cdk-sentry quarantine replay --stack {invocation.options.stack}` puts it on the stream again.")
    return Exit.FOUND


def _table(found: Iterable[SetAside]) -> Table:
    counts = (Column(name, justify="right") for name in ("messages", "records"))
    times = (Column(name, no_wrap=True) for name in ("from", "to"))
    table = Table(Column("queue", no_wrap=True), Column("why", overflow="fold"), *counts, *times)
    for (queue, why), group in groupby(sorted(found, key=_place), key=_place):
        messages = list(group)
        arrived = [each.arrived for each in messages]
        records = sum(each.records for each in messages)
        span = (f"{time:%Y-%m-%d %H:%M}" for time in (min(arrived), max(arrived)))
        table.add_row(queue, why, str(len(messages)), str(records), *span)
    return table


def _place(each: SetAside) -> tuple[str, str]:
    return each.queue, each.why
