"""`quarantine replay`: what was set aside goes on the stream again."""

from dataclasses import asdict

from ...pipeline.operate.replay import replay_failures, replay_quarantine
from ..command import Exit, Invocation
from ..sample import deployed, explained
from .queues import chosen

_REPLAY = {"quarantine": replay_quarantine, "failures": replay_failures}


def replay(invocation: Invocation) -> Exit:
    """`quarantine replay`: finds something where messages had to stay."""
    output, pipeline = invocation.output, deployed(invocation)
    kinesis, sqs = (invocation.aws.client(service) for service in ("kinesis", "sqs"))
    with explained():
        replayed = {queue: _REPLAY[queue](kinesis, sqs, pipeline) for queue in chosen(invocation.options.queue)}
    output.result({queue: asdict(done) for queue, done in replayed.items()})
    for queue, done in replayed.items():
        output.say(f"{queue}: {done.messages} messages, {done.records} records put on the stream again")
        if done.gone:
            output.say(f"{queue}: {done.gone} messages stay: the stream no longer has all of their records")
    return Exit.FOUND if any(done.gone for done in replayed.values()) else Exit.FINE
