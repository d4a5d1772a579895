"""All alarms there are, and the resources of a scope that may have them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..conditional import name_if_there
from ..functions.function import MonitoredFunction
from ..stack_template import StackTemplate
from . import (
    api_gateway,
    dynamodb,
    eventbridge,
    firehose,
    kinesis,
    lambda_function,
    sns,
    sqs,
    step_functions,
)
from .alarm import AlarmRule
from .alarms import Alarms
from .kind import AlarmKind
from .resource import WatchedResource
from .template import Template

SERVICES = {
    "AWS Lambda": lambda_function,
    "Amazon API Gateway": api_gateway,
    "Amazon Kinesis Data Streams": kinesis,
    "Amazon DynamoDB": dynamodb,
    "Amazon SQS": sqs,
    "Amazon SNS": sns,
    "Amazon EventBridge": eventbridge,
    "AWS Step Functions": step_functions,
    "Amazon Data Firehose": firehose,
}
KINDS: dict[str, tuple[AlarmKind, ...]] = {name: tuple(service.kinds()) for name, service in SERVICES.items()}
_BY_RESOURCE: dict[str, list[AlarmKind]] = {}
for _kinds in KINDS.values():
    for _kind in _kinds:
        _BY_RESOURCE.setdefault(_kind.of, []).append(_kind)

_BESIDE_FUNCTIONS = (api_gateway, kinesis, dynamodb, sns, eventbridge, step_functions, firehose)


def rules_for(resource: WatchedResource, alarms: Alarms) -> list[AlarmRule]:
    """The alarms that one resource gets.

    Args:
        resource: which.
        alarms: the user's choice for it.
    """
    candidates = (
        (kind.key, kind.rule_for(resource, alarms.of(kind.key))) for kind in _BY_RESOURCE.get(resource.kind, ())
    )
    return [replace(rule, severity=alarms.severity_of(key, rule.severity)) for key, rule in candidates if rule]


class Watched:
    """What alarms may watch.

    Args:
        templates: of the stacks in which to look.
        functions: those found in them already.
    """

    def __init__(self, templates: Sequence[StackTemplate], functions: Sequence[MonitoredFunction]) -> None:
        types = {each for service in SERVICES.values() for each in service.TYPES}
        self._functions = functions
        self._template = Template(templates, types)
        self._traits = lambda_function.traits_by_place(functions, self._template)

    def function_traits(self, function: MonitoredFunction) -> frozenset[str]:
        """How a function is invoked, as far as alarms ask."""
        return self._traits.get(lambda_function.place_of(function), frozenset())

    def beside_functions(self) -> Iterator[WatchedResource]:
        """Yields the streams, tables, queues and so on."""
        for service in _BESIDE_FUNCTIONS:
            yield from map(self._as_it_is_there, service.watched(self._template))
        yield from map(self._as_it_is_there, sqs.watched(self._template, self._functions))

    def _as_it_is_there(self, resource: WatchedResource) -> WatchedResource:
        condition = self._template.condition_of(resource.resource)
        if condition is None:
            return resource
        dimensions = {name: name_if_there(value, condition) for name, value in resource.dimensions.items()}
        return replace(resource, dimensions=dimensions, condition=condition)
