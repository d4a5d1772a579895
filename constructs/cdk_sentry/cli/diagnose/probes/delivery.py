"""Event source mappings: does Lambda read the stream or queue, and get on with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick, unknown
from ..graph import Link
from ..probe import Probe, Seen, clock, part, span
from ..survey import Survey
from .kinesis_stream import StreamFacts
from .lambda_function import FunctionFacts

_BEHIND = timedelta(minutes=1)
_FINE = ("OK", "No records processed")
_RUNNING = {"Enabled"}
_STOPPED = {"Disabled", "Disabling"}


@dataclass(frozen=True)
class DeliveryFacts:
    """A mapping, as Lambda gives it."""

    mapping: Mapping[str, Any]


class Delivery(Probe):
    """What hands the records of a stream or queue to a function."""

    kinds = ("AWS::Lambda::EventSourceMapping",)
    what = "delivery"

    def look(self, survey: Survey, resource: Resource) -> DeliveryFacts:
        """The mapping."""
        return DeliveryFacts(survey.aws.client("lambda").get_event_source_mapping(UUID=resource.physical_id))

    def links(self, survey: Survey, resource: Resource, facts: DeliveryFacts) -> Iterable[Link]:
        """From the source to the function; what is given up goes to the destination."""
        mapping = facts.mapping
        if source := survey.called(mapping.get("EventSourceArn", "")):
            yield Link(source, resource, is_pulled=True)
        if function := survey.called(mapping["FunctionArn"]):
            yield Link(resource, function)
        given_up = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        if given_up and (destination := survey.called(given_up)):
            yield Link(resource, destination)

    def judge(self, seen: Seen, resource: Resource, facts: DeliveryFacts) -> Iterator[Finding]:
        """Switched off, blocked, or behind."""
        mapping = facts.mapping
        function = next((each for each in seen.flow.after(resource) if each.kind == "AWS::Lambda::Function"), None)
        of_function = part(seen.facts.get(function), FunctionFacts) if function else None
        if mapping["State"] in _STOPPED:
            yield sick(
                "disabled",
                Weight.OFF,
                f"the mapping is disabled ({mapping.get('StateTransitionReason', 'no reason given')}): nothing is read",
                f"state {mapping['State']}",
                next_command=f"aws lambda update-event-source-mapping --uuid {mapping['UUID']} --enabled",
            )
            return
        if mapping["State"] not in _RUNNING:
            yield unknown("changing", f"the mapping is {mapping['State']}: ask again in a minute")
        yield from _last_batch(seen, mapping, function, of_function)
        yield from _behind(seen, resource, function, of_function)
        yield healthy("delivers", f"enabled, last result: {mapping.get('LastProcessingResult', 'none')}")


def _last_batch(
    seen: Seen, mapping: Mapping[str, Any], function: Resource | None, facts: FunctionFacts | None
) -> Iterator[Finding]:
    result = str(mapping.get("LastProcessingResult", ""))
    if not result or result.startswith(_FINE):
        return
    evidence = [f"last result of the mapping: {result}"]
    name = seen.survey.label(function) if function else mapping["FunctionArn"]
    tail = f"aws logs tail {facts.log_group} --since 1h" if facts else "aws logs describe-log-groups"
    fault = next((run.fault for run in reversed(facts.runs()) if run.fault), None) if facts else None
    if facts and facts.succeeded_since_change() and fault:
        evidence += [f"{name} has done its work since it was last changed, and now fails: {fault.text}"]
        bounded = mapping.get("MaximumRetryAttempts", -1) >= 0 and mapping.get("BisectBatchOnFunctionError")
        limit = (
            f"aws lambda update-event-source-mapping --uuid {mapping['UUID']}"
            " --bisect-batch-on-function-error --maximum-retry-attempts 10"
        )
        yield sick(
            "blocked",
            Weight.BLOCKED,
            f"blocked by a batch that {name} cannot process: {fault.text}",
            *evidence,
            next_command=tail if bounded else limit,
        )
    elif facts and not fault and facts.reserved != 0 and _came_to_nothing(facts):
        yield sick(
            "broken-by-change",
            Weight.BROKEN,
            f"{name} does not get as far as its handler since it was changed",
            *evidence,
            f"changed {facts.configuration['LastModified']}; its invocations since then wrote nothing",
            next_command=f"aws lambda get-function --function-name {facts.configuration['FunctionName']}",
        )
    else:
        yield sick("failing", Weight.SYMPTOM, "the last batch was not processed", *evidence, next_command=tail)


def _came_to_nothing(facts: FunctionFacts) -> bool:
    """Whether nothing that it did since it was changed left a line of its own: it fails before its handler."""
    since_change = [run for run in facts.runs() if run.at_ms > facts.changed_at_ms]
    return bool(since_change) and not any(run.said_something for run in since_change)


def _behind(
    seen: Seen, resource: Resource, function: Resource | None, facts: FunctionFacts | None
) -> Iterator[Finding]:
    tail = f"aws logs tail {facts.log_group} --since 1h" if facts else "aws logs describe-log-groups"
    age = timedelta(milliseconds=seen.figure(function, "IteratorAge")) if function else timedelta(0)
    if age > _BEHIND:
        late = span(age.total_seconds())
        yield sick(
            "behind", Weight.SYMPTOM, f"{late} behind the stream", f"metric IteratorAge: {late}", next_command=tail
        )
        return
    source = next((each for each in seen.flow.before(resource) if each in seen.facts), None)
    stream = part(seen.facts.get(source), StreamFacts) if source else None
    newest = stream.newest_arrival if stream else None
    if not facts or newest is None or seen.survey.until - newest < _BEHIND:
        return
    runs = facts.runs()
    last_run = datetime.fromtimestamp(runs[-1].at_ms / 1000, UTC) if runs else None
    if last_run is None or last_run < newest:
        ran = f"ran last at {clock(last_run)}" if last_run else "has not run in this time"
        yield sick(
            "not-delivered",
            Weight.SYMPTOM,
            "records wait on the stream",
            f"the newest record arrived at {clock(newest)}, the function {ran}",
            next_command=tail,
        )
