"""Event source mappings: does Lambda read the stream or queue, and get on with it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick, unknown
from ..graph import Link
from ..probe import Probe, Seen, clock, part, span
from ..survey import Survey
from .kinesis_stream import StreamFacts
from .lambda_function import FunctionFacts
from .mapping import MappingFacts

_BEHIND = timedelta(minutes=1)
_ENABLED = "Enabled"


class Delivery(Probe):
    """What hands the records of a stream or queue to a function."""

    kinds = ("AWS::Lambda::EventSourceMapping",)
    what = "delivery"

    def look(self, survey: Survey, resource: Resource) -> MappingFacts:
        """The mapping."""
        return MappingFacts(survey.aws.client("lambda").get_event_source_mapping(UUID=resource.physical_id))

    def links(self, survey: Survey, resource: Resource, facts: MappingFacts) -> Iterable[Link]:
        """From the source to the function; what is given up goes to the destination."""
        mapping = facts.mapping
        if source := survey.called(mapping.get("EventSourceArn", "")):
            yield Link(source, resource, is_pulled=True)
        if function := survey.called(mapping["FunctionArn"]):
            yield Link(resource, function)
        given_up = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        if given_up and (destination := survey.called(given_up)):
            yield Link(resource, destination)

    def judge(self, seen: Seen, resource: Resource, facts: MappingFacts) -> Iterator[Finding]:
        """Switched off, blocked, or behind."""
        if facts.is_stopped:
            why = facts.mapping.get("StateTransitionReason", "no reason given")
            yield sick(
                "disabled",
                Weight.OFF,
                f"it is disabled ({why}): nothing is read",
                f"state {facts.state}",
                next_command=f"aws lambda update-event-source-mapping --uuid {facts.uuid} --enabled",
            )
            return
        if facts.state != _ENABLED:
            yield unknown("changing", f"it is {facts.state}: ask again in a minute")
        function = next((each for each in seen.flow.after(resource) if each.kind == "AWS::Lambda::Function"), None)
        of_function = part(seen.facts.get(function), FunctionFacts) if function else None
        see = f"aws lambda get-event-source-mapping --uuid {facts.uuid}"
        if of_function:
            see = f"aws logs tail {of_function.log_group} --since 1h"
        if facts.has_failed:
            name = seen.survey.label(function) if function else facts.mapping["FunctionArn"]
            yield _last_batch(facts, name, of_function, see)
        else:
            age_s = _age_s(seen, function)
            lag = f", at most {span(age_s)} behind" if age_s else ""
            yield healthy("delivers", f"enabled, last result: {facts.last_result or 'none'}{lag}")
        yield from _behind(seen, resource, function, of_function, see)


def _last_batch(facts: MappingFacts, name: str, function: FunctionFacts | None, see: str) -> Finding:
    said = f"last result of the mapping: {facts.last_result}"
    fault = next((run.fault for run in reversed(function.runs()) if run.fault), None) if function else None
    if function is None or fault is None or not function.succeeded_since_change():
        return sick("failing", Weight.SYMPTOM, "the last batch was not processed", said, next_command=see)
    limit = (
        f"aws lambda update-event-source-mapping --uuid {facts.uuid}"
        " --bisect-batch-on-function-error --maximum-retry-attempts 10"
    )
    return sick(
        "blocked",
        Weight.BLOCKED,
        f"blocked by a batch that {name} cannot process: {fault}",
        said,
        f"{name} has done its work since it was last changed: it is this batch",
        next_command=see if facts.gives_up else limit,
    )


def _behind(
    seen: Seen, resource: Resource, function: Resource | None, facts: FunctionFacts | None, see: str
) -> Iterator[Finding]:
    age_s = _age_s(seen, function)
    if age_s > _BEHIND.total_seconds():
        text = f"{span(age_s)} behind the stream"
        yield sick("behind", Weight.SYMPTOM, text, f"metric IteratorAge: {span(age_s)}", next_command=see)
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
        arrived = f"the newest record arrived at {clock(newest)}, the function {ran}"
        yield sick("not-delivered", Weight.SYMPTOM, "records wait on the stream", arrived, next_command=see)


def _age_s(seen: Seen, function: Resource | None) -> float:
    """How old the oldest record was when the function got it, at most; 0 where CloudWatch does not say."""
    return seen.figure(function, "IteratorAge") / 1000 if function else 0
