"""Lambda functions: do they start, do they fail, may they do what they have to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..function_log import FunctionLog, Run, read_log
from ..graph import Link
from ..http_get import Answer
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..permissions import missing_actions, missing_callers, only_reads
from ..probe import Probe, Seen, clock_ms, counted, part, span, unanswered
from ..survey import Survey
from .api import ApiFacts
from .mapping import MappingFacts

# API Gateway's status for a function that failed, or whose answer it cannot read.
_FUNCTION_FAILED = 502
_NEAR_TIMEOUT = 0.8
_SHOWN = 3
_DENIED = re.compile(r"not authorized to perform:? (?P<action>[\w-]+:\w+)|\bAccessDenied")
_FAILURES = re.compile(r"fail|error|dropped|lost", re.IGNORECASE)
_REFUSALS = re.compile(r"reject|invalid|poison|refused|denied|throttle", re.IGNORECASE)
# What the kit's layer says of itself, one line each.
_OF_THE_KIT = "cdk-sentry: "
_LINKED = (
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
)


@dataclass(frozen=True)
class FunctionFacts:
    """What was seen of a function.

    Attributes:
        configuration: as Lambda gives it.
        reserved: concurrency reserved for it; None if none is.
        log: what its log tells.
        missing_actions: that its role has in the template.
        missing_callers: services that may call it according to the template.
    """

    configuration: Mapping[str, Any]
    reserved: int | NoAnswer | None
    log: FunctionLog | NoAnswer
    missing_actions: Sequence[str] | NoAnswer
    missing_callers: Sequence[str] | NoAnswer

    @property
    def changed_at_ms(self) -> int:
        """When its code or configuration was last changed, in milliseconds since 1970."""
        at = datetime.strptime(self.configuration["LastModified"], "%Y-%m-%dT%H:%M:%S.%f%z")
        return int(at.timestamp() * 1000)

    @property
    def log_group(self) -> str:
        """Where it logs to."""
        return _log_group(self.configuration)

    def runs(self) -> Sequence[Run]:
        """Its invocations, the oldest first; none where its log cannot be read."""
        log = part(self.log, FunctionLog)
        return log.runs if log else ()

    def succeeded_since_change(self) -> bool:
        """Whether it has ever done its work as it is now: it ran, said something, and did not fail."""
        return any(run.at_ms > self.changed_at_ms and not run.fault and run.said_something for run in self.runs())


class LambdaFunction(Probe):
    """A function."""

    kinds = ("AWS::Lambda::Function",)
    what = "function"

    def look(self, survey: Survey, resource: Resource) -> FunctionFacts:
        """Configuration, concurrency, log, and what is left of its role."""
        client, name = survey.aws.client("lambda"), resource.physical_id
        configuration = client.get_function_configuration(FunctionName=name)
        role = configuration["Role"].rsplit("/", 1)[-1]
        group = _log_group(configuration)
        log = ask(lambda: read_log(survey.aws.client("logs"), group, since_ms=survey.since_ms))
        if isinstance(log, NoAnswer) and log.code == "ResourceNotFoundException":
            log = FunctionLog(survey.since_ms)  # the log group of a function that never ran
        return FunctionFacts(
            configuration,
            ask(lambda: client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")),
            log,
            ask(lambda: missing_actions(survey, resource, role)),
            ask(lambda: missing_callers(survey, resource)),
        )

    def links(self, survey: Survey, resource: Resource, facts: FunctionFacts) -> Iterable[Link]:
        """To what its environment names; from there, if its role may only read it."""
        variables: Mapping[str, str] = facts.configuration.get("Environment", {}).get("Variables", {})
        named = [*variables.values(), facts.configuration.get("DeadLetterConfig", {}).get("TargetArn", "")]
        for identifier in dict.fromkeys(named):
            other = survey.called(identifier) if identifier else None
            if other and other.kind in _LINKED and other != resource:
                reads = only_reads(survey, resource, other)
                yield Link(other, resource, is_pulled=True) if reads else Link(resource, other)

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """How often it ran, failed, was refused, and how long it took."""
        del survey
        of_it = {"FunctionName": resource.physical_id}
        return (
            Metric("AWS/Lambda", "Invocations", of_it),
            Metric("AWS/Lambda", "Errors", of_it),
            Metric("AWS/Lambda", "Throttles", of_it),
            Metric("AWS/Lambda", "Duration", of_it, "p95"),
            Metric("AWS/Lambda", "IteratorAge", of_it, "Maximum"),
        )

    def judge(self, seen: Seen, resource: Resource, facts: FunctionFacts) -> Iterator[Finding]:
        """From what keeps it from running at all to what it merely complains of."""
        yield from unanswered(facts.reserved, facts.log, facts.missing_actions, facts.missing_callers)
        yield from _state(facts)
        yield from _concurrency(seen, resource, facts)
        yield from _permissions(seen, facts)
        yield from _unheard(seen, resource, facts)
        log = part(facts.log, FunctionLog)
        if log:
            yield from _failures(facts, log)
            yield from _complaints(facts, log)
        yield from _figures(seen, resource, facts, log)
        yield from _reporting(facts)
        yield healthy("runs", _how_it_ran(seen, resource, log))


def _log_group(configuration: Mapping[str, Any]) -> str:
    default = f"/aws/lambda/{configuration['FunctionName']}"
    return str(configuration.get("LoggingConfig", {}).get("LogGroup", default))


def _how_it_ran(seen: Seen, resource: Resource, log: FunctionLog | None) -> str:
    invocations = seen.figure(resource, "Invocations")
    if invocations:
        return f"{counted(invocations, 'invocation')}, p95 {seen.figure(resource, 'Duration'):.0f} ms"
    if not log:
        return "how often it ran is not known"
    since = f"since {clock_ms(log.read_since_ms)}" if log.read_since_ms > seen.survey.since_ms else "in this time"
    return f"{counted(len(log.runs), 'invocation')} in its log {since}" if log.runs else f"has not run {since}"


def _state(facts: FunctionFacts) -> Iterator[Finding]:
    configuration = facts.configuration
    name = configuration["FunctionName"]
    for kind in ("State", "LastUpdateStatus"):
        if configuration.get(kind) == "Failed":
            reason = configuration.get(f"{kind}Reason", "no reason given")
            see = f"aws lambda get-function-configuration --function-name {name}"
            yield sick("not-deployed", Weight.OFF, f"Lambda could not make it ready: {reason}", next_command=see)


def _concurrency(seen: Seen, resource: Resource, facts: FunctionFacts) -> Iterator[Finding]:
    name = facts.configuration["FunctionName"]
    if facts.reserved == 0:
        yield sick(
            "switched-off",
            Weight.OFF,
            "throttled: its reserved concurrency is 0, so Lambda refuses every call",
            "get-function-concurrency says 0",
            next_command=f"aws lambda delete-function-concurrency --function-name {name}",
        )
    elif throttles := seen.figure(resource, "Throttles"):
        limit = f"its reserved concurrency of {facts.reserved}" if facts.reserved else "the account's concurrency"
        yield sick(
            "throttled",
            seen.weight(resource, "Throttles", Weight.THROTTLED),
            f"throttled: {counted(throttles, 'call')} refused, {limit} is used up",
            f"metric Throttles: {throttles:.0f}",
            next_command=f"aws lambda get-account-settings; aws lambda get-function-concurrency --function-name {name}",
        )


def _permissions(seen: Seen, facts: FunctionFacts) -> Iterator[Finding]:
    drift = f"aws cloudformation detect-stack-drift --stack-name {seen.survey.stack}"
    role = facts.configuration["Role"].rsplit("/", 1)[-1]
    if facts.missing_actions and not isinstance(facts.missing_actions, NoAnswer):
        yield sick(
            "permissions-missing",
            Weight.FORBIDDEN,
            f"its role lacks what the template gives it: {', '.join(facts.missing_actions)}",
            f"IAM role {role}, compared with the template",
            next_command=drift,
        )
    if facts.missing_callers and not isinstance(facts.missing_callers, NoAnswer):
        yield sick(
            "callers-missing",
            Weight.FORBIDDEN,
            f"who calls it may not: {', '.join(facts.missing_callers)}",
            "its resource policy, compared with the template",
            next_command=drift,
        )


def _failures(facts: FunctionFacts, log: FunctionLog) -> Iterator[Finding]:
    failed = log.failed
    last = failed[-1].fault if failed else None
    if last is None:
        return
    name = facts.configuration["FunctionName"]
    tail = f"aws logs tail {facts.log_group} --since 1h"
    runs = counted(len(log.runs), "invocation")
    share = f"{len(failed)} of {runs} in its log failed, the last at {clock_ms(failed[-1].at_ms)}"
    if log.has_passed(lambda run: run.fault):
        yield sick("has-failed", Weight.PAST, f"has failed, and works again: {last}", share, next_command=tail)
    elif denied := _DENIED.search(last.text):
        what = f": {denied['action']}" if denied["action"] else ""
        role = facts.configuration["Role"].rsplit("/", 1)[-1]
        look = f"aws iam list-role-policies --role-name {role}"
        yield sick("denied", Weight.FORBIDDEN, f"IAM denies it what it does{what}", share, str(last), next_command=look)
    elif last.keeps_from_starting:
        handler = f"handler {facts.configuration.get('Handler', 'of the image')}"
        yield sick(
            "cannot-start", Weight.BROKEN, f"cannot start: {last}", share, handler, next_command=_roll_back(name)
        )
    elif _fails_since_change(facts, log):
        yield sick(
            "broken-by-change",
            Weight.BROKEN,
            f"every invocation since it was changed has failed: {last}",
            share,
            f"changed {facts.configuration['LastModified']}",
            next_command=_roll_back(name),
        )
    else:
        yield sick("fails", Weight.FAILING, f"fails: {last}", share, next_command=tail)


def _unheard(seen: Seen, resource: Resource, facts: FunctionFacts) -> Iterator[Finding]:
    """What those who call it know, where its own log is silent."""
    if facts.reserved == 0 or any(run.fault for run in facts.runs()):
        return
    name = facts.configuration["FunctionName"]
    callers = [seen.facts.get(caller) for caller in seen.flow.before(resource)]
    answers = [
        str(answer)
        for caller in callers
        if isinstance(caller, ApiFacts)
        for route, answer in caller.answers.items()
        if route.function == name and isinstance(answer, Answer) and answer.status == _FUNCTION_FAILED
    ]
    since_change = [run for run in facts.runs() if run.at_ms > facts.changed_at_ms]
    is_silent = bool(since_change) and not any(run.said_something for run in since_change)
    batches = [
        f"last result of the mapping: {caller.last_result}"
        for caller in callers
        if isinstance(caller, MappingFacts) and caller.has_failed and is_silent
    ]
    if evidence := [*answers, *batches]:
        changed = f"changed {facts.configuration['LastModified']}, and its log names no error"
        text = "fails, and its log does not say why: it cannot start, or its answer has the wrong form"
        yield sick("fails-silently", Weight.BROKEN, text, *evidence, changed, next_command=_roll_back(name))


def _fails_since_change(facts: FunctionFacts, log: FunctionLog) -> bool:
    since_change = log.since(facts.changed_at_ms)
    is_recent = facts.changed_at_ms >= log.read_since_ms
    return is_recent and bool(since_change) and all(run.fault for run in since_change)


def _complaints(facts: FunctionFacts, log: FunctionLog) -> Iterator[Finding]:
    tail = f"aws logs tail {facts.log_group} --since 1h"
    said = [f"its log, {number} x: {text}" for text, number in _often(log.complaints) if _foreign(text)]
    for id_, weight, words, does in (
        ("counts-failures", Weight.FAILING, _FAILURES, "counts failures"),
        ("refuses-input", Weight.COMPLAINT, _REFUSALS, "refuses input"),
    ):
        counts = {name: count for name, count in log.counts.items() if words.search(name)}
        if not counts:
            continue
        has_passed = log.has_passed(partial(_counts_any, words))
        sums = ", ".join(f"{name} {count:.0f}" for name, count in counts.items())
        now = Weight.PAST if has_passed else weight
        yield sick(id_, now, f"{does}{', no more now' * has_passed}: {sums}", *said, next_command=tail)
        return
    if said:
        yield sick("logs-errors", Weight.COMPLAINT, "logs errors", *said, next_command=tail)


def _counts_any(words: re.Pattern[str], run: Run) -> bool:
    return any(words.search(name) for name in run.counts)


def _figures(seen: Seen, resource: Resource, facts: FunctionFacts, log: FunctionLog | None) -> Iterator[Finding]:
    tail = f"aws logs tail {facts.log_group} --since 1h"
    errors, slow_ms = seen.figure(resource, "Errors"), seen.figure(resource, "Duration")
    if errors and not (log and log.failed):
        of = f"{errors:.0f} of {counted(seen.figure(resource, 'Invocations'), 'invocation')} failed"
        yield sick(
            "errors",
            seen.weight(resource, "Errors", Weight.FAILING),
            of,
            f"metric Errors: {errors:.0f}",
            next_command=tail,
        )
    timeout_ms = facts.configuration.get("Timeout", 3) * 1000
    if slow_ms > _NEAR_TIMEOUT * timeout_ms:
        yield sick(
            "slow",
            Weight.SYMPTOM,
            f"slow: one call in twenty takes {slow_ms:.0f} ms or more, its timeout is {span(timeout_ms / 1000)}",
            f"metric Duration, p95: {slow_ms:.0f} ms",
            next_command=tail,
        )


def _reporting(facts: FunctionFacts) -> Iterator[Finding]:
    """Whether Sentry hears of it, where the kit is there."""
    configuration = facts.configuration
    variables: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    dsn = any(variables.get(name) for name in ("SENTRY_DSN", "SENTRY_DSN_SSM_PARAMETER", "SENTRY_DSN_SECRET"))
    log = part(facts.log, FunctionLog)
    said = [text for text in log.complaints if not _foreign(text)] if log else []
    if "SENTRY_TAGS" in variables and not dsn:
        yield sick(
            "no-dsn",
            Weight.NOTICE,
            "Sentry hears nothing of it: it has no DSN",
            next_command="cdk-sentry dsn get",
        )
    elif said:
        yield sick(
            "not-reported",
            Weight.NOTICE,
            "Sentry does not hear of it",
            *said[:_SHOWN],
            next_command="cdk-sentry dsn test",
        )


def _roll_back(name: str) -> str:
    return f"aws lambda get-function --function-name {name}  # what is deployed; then deploy the version before"


def _often(complaints: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(complaints.items(), key=lambda each: -each[1])[:_SHOWN]


def _foreign(text: str) -> bool:
    return not text.startswith(_OF_THE_KIT)
