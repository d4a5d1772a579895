"""Which sick step is most likely the cause: one that explains the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from .finding import Finding
from .graph import Flow
from .steps import Step


@dataclass(frozen=True)
class Verdict:
    """The answer.

    Attributes:
        step: that is most likely sick.
        finding: what it is sick of.
        explains: other sick steps that data comes from or goes to: they suffer from it.
        others: sick steps that it does not explain.
    """

    step: Step
    finding: Finding
    explains: Sequence[Step]
    others: Sequence[Step]


def judge(steps: Sequence[Step], flow: Flow) -> Verdict | None:
    """The most likely cause; None if no step is sick.

    What is absent, off or forbidden is a cause; a failing call may have one; a filling queue or an answer of 500 always
    has one. Of equals the first in the order of the flow is taken, as what is wrong there goes on from there.

    Args:
        steps: in the order in which data flows.
        flow: how they hang together.
    """
    sick = [step for step in steps if step.sicknesses]
    if not sick:
        return None
    step = max(sick, key=lambda each: each.sicknesses[0].weight)  # the first of equals
    rest = [each for each in sick if each is not step]
    explained = [each for each in rest if _is_lighter(each, step) and _explains(step, each, flow)]
    explained += [each for each in rest if each not in explained and _is_given_up_by(explained, each, flow)]
    return Verdict(step, step.sicknesses[0], explained, [each for each in rest if each not in explained])


def _is_given_up_by(failing: Sequence[Step], queue: Step, flow: Flow) -> bool:
    """Whether what waits in a queue is what one of the failing steps could not do."""
    return (
        queue.resource is not None
        and queue.resource.kind == "AWS::SQS::Queue"
        and any(step.resource and queue.resource in flow.after(step.resource) for step in failing)
    )


def _is_lighter(one: Step, other: Step) -> bool:
    return one.sicknesses[0].weight < other.sicknesses[0].weight


def _explains(cause: Step, effect: Step, flow: Flow) -> bool:
    if cause.resource is None or effect.resource is None:
        return True  # what is about the whole, such as the user's data, suffers from every step
    return flow.explains(cause.resource, effect.resource)
