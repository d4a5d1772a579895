"""The walk: asks everything at once, puts the answers in the order of the flow, and judges them."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..stacks import Resource
from .alarms import Alarm, read_alarms
from .finding import Finding, Health, Weight, healthy, not_asked, sick
from .graph import Flow
from .metrics import read_metrics
from .parallel import NoAnswer, ask_all
from .probe import Probe, Seen
from .probes import PROBES
from .steps import Step, without_harmless
from .survey import Survey
from .user_data import judge_user
from .verdict import Verdict, judge

_NOT_FOUND = {
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
}


@dataclass(frozen=True)
class Looked:
    """An answer and how long it took."""

    facts: Any
    duration_ms: int


@dataclass(frozen=True)
class Diagnosis:
    """What came out.

    Attributes:
        survey: what was asked.
        steps: in the order in which data flows.
        verdict: the most likely cause; None if no step is sick.
        denied_actions: IAM actions that were missing to find out more.
    """

    survey: Survey
    steps: Sequence[Step]
    verdict: Verdict | None
    denied_actions: Sequence[str]


def questions_of(survey: Survey) -> dict[Resource, Probe]:
    """The steps of a stack: those of its resources that there is a probe for."""
    by_kind = {kind: probe for probe in PROBES for kind in probe.kinds}
    order = {probe: place for place, probe in enumerate(PROBES)}
    found = {resource: by_kind[resource.kind] for resource in survey.resources if resource.kind in by_kind}
    return dict(sorted(found.items(), key=lambda each: order[each[1]]))


def diagnose(survey: Survey, *, timeout_s: float, on_answer: Callable[[], None] = lambda: None) -> Diagnosis:
    """Walks the stack.

    Args:
        survey: what to look at.
        timeout_s: for all of it; what has not answered then is unknown.
        on_answer: called after each answer, to show progress.
    """
    deadline = time.monotonic() + timeout_s
    probes = questions_of(survey)
    # What is asked of an API is to be seen in the logs that are read after it.
    first = {resource: probe for resource, probe in probes.items() if probe.goes_first}
    looked = _look(survey, first, timeout_s / 2, on_answer)
    rest: dict[Any, Callable[[], Any]] = {
        resource: _timed(survey, resource, probe) for resource, probe in probes.items() if not probe.goes_first
    }
    wanted = {resource: probe.metrics(survey, resource) for resource, probe in probes.items()}
    rest["metrics"] = lambda: read_metrics(survey, wanted)
    rest["alarms"] = lambda: read_alarms(survey)
    looked |= ask_all(rest, timeout_s=max(deadline - time.monotonic(), 1), on_answer=on_answer)
    return conclude(survey, probes, looked)


def conclude(survey: Survey, probes: Mapping[Resource, Probe], looked: Mapping[Any, Any]) -> Diagnosis:
    """Judges answers; asks nobody.

    Args:
        survey: what was looked at.
        probes: of each step.
        looked: the answer of each step, and those to `metrics` and `alarms`.
    """
    figures, alarms = looked["metrics"], looked["alarms"]
    facts = {resource: answer.facts for resource in probes if isinstance(answer := looked[resource], Looked)}
    links = [link for resource, seen in facts.items() for link in probes[resource].links(survey, resource, seen)]
    flow = Flow(list(probes), list(dict.fromkeys(links)))
    seen = Seen(survey, flow, facts, {} if isinstance(figures, NoAnswer) else figures)
    steps = [_step(seen, resource, probes[resource], looked[resource], alarms) for resource in flow.ordered()]
    if survey.user:
        steps.append(Step(survey.user, "user", list(judge_user(seen))))
    steps.append(Step("alarms", "alarms", list(_judge_alarms(alarms))))
    steps += _unread("metrics", {"metrics": figures})
    steps += _unread("template", survey.templates)
    steps = without_harmless(steps, flow)
    return Diagnosis(survey, steps, judge(steps, flow), _denied(survey, looked))


def _look(
    survey: Survey, probes: Mapping[Resource, Probe], timeout_s: float, on_answer: Callable[[], None]
) -> dict[Any, Any]:
    questions = {resource: _timed(survey, resource, probe) for resource, probe in probes.items()}
    return dict(ask_all(questions, timeout_s=timeout_s, on_answer=on_answer))


def _timed(survey: Survey, resource: Resource, probe: Probe) -> Callable[[], Looked]:
    def look() -> Looked:
        began = time.monotonic()
        facts = probe.look(survey, resource)
        return Looked(facts, round((time.monotonic() - began) * 1000))

    return look


def _step(seen: Seen, resource: Resource, probe: Probe, answer: Any, alarms: Any) -> Step:
    name = seen.survey.label(resource)
    if isinstance(answer, NoAnswer):
        return Step(name, probe.what, [_unanswered(seen.survey, resource, probe, answer)], resource)
    findings = list(probe.judge(seen, resource, answer.facts))
    if not isinstance(alarms, NoAnswer):
        findings += [_alarm(alarm) for alarm in alarms if alarm.about == resource]
    return Step(name, probe.what, findings, resource, answer.duration_ms)


def _unanswered(survey: Survey, resource: Resource, probe: Probe, answer: NoAnswer) -> Finding:
    if answer.code in _NOT_FOUND:
        what = f"it is not there: {resource.physical_id or resource.status}"
        command = probe.when_gone.format(stack=survey.stack, name=resource.physical_id)
        return sick("gone", Weight.ABSENT, what, answer.reason, next_command=command)
    return not_asked(answer)


def _unread(what: str, answers: Mapping[str, Any]) -> Iterator[Step]:
    """Steps of what all others are judged by, where it could not be read."""
    for name, answer in answers.items():
        if isinstance(answer, NoAnswer):
            yield Step(name, what, [not_asked(answer)])


def _judge_alarms(alarms: list[Alarm] | NoAnswer) -> Iterator[Finding]:
    if isinstance(alarms, NoAnswer):
        yield not_asked(alarms)
        return
    yield from (_alarm(alarm) for alarm in alarms if alarm.about is None)
    on = ", ".join(alarm.name for alarm in alarms) or "none"
    yield healthy("alarms", f"on: {on}")


def _alarm(alarm: Alarm) -> Finding:
    return sick(
        "alarm",
        Weight.ALARM,
        f"the alarm {alarm.name} is on",
        alarm.reason,
        next_command=f"aws cloudwatch describe-alarm-history --alarm-name {alarm.name}",
    )


def _denied(survey: Survey, looked: Mapping[Any, Any]) -> list[str]:
    """Missing IAM actions, wherever in the answers they hide."""
    answers: list[Any] = [*survey.templates.values()]
    for answer in looked.values():
        answers.append(answer)
        if isinstance(answer, Looked):
            parts = vars(answer.facts).values()
            answers += parts
            answers += [each for part in parts if isinstance(part, Mapping) for each in part.values()]
    return sorted({each.denied_action for each in answers if isinstance(each, NoAnswer) and each.denied_action})


def exit_health(diagnosis: Diagnosis) -> Health:
    """What the whole comes to: sick, unknown because AWS did not answer something, or healthy."""
    if diagnosis.verdict:
        return Health.SICK
    is_partial = any(finding.is_missing for step in diagnosis.steps for finding in step.findings)
    return Health.UNKNOWN if is_partial else Health.HEALTHY
