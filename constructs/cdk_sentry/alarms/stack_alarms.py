"""The alarms of one stack: collected while it is looked through, declared when all are known."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, NestedStack, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from ..identity import identity
from ..info import add_info
from ..notifications import Notifications
from ..on_aws import only_on_aws
from .alarm import AlarmRule
from .alarms import Alarms
from .catalogue import rules_for
from .cost import MonthlyCost, cost_of
from .resource import WatchedResource
from .severity import Severity
from .summary import declare_summaries

# A nested stack takes 500 resources, and is handed the name of each watched resource as one of at most 200 parameters.
_ALARMS_PER_NESTED_STACK = 450
_RESOURCES_PER_NESTED_STACK = 150
# docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_NAME = 255
# Printable ASCII but for quote and backslash, which the rule of a composite alarm would take for the end of a name.
_NOT_PLAIN = re.compile(r"[^ !#-\[\]-~]")


@dataclass(frozen=True)
class PlannedAlarm:
    """An alarm before it is a resource.

    Attributes:
        rule: what it does.
        subject: what it watches, by its path in the stack.
        name: by which CloudWatch knows it.
        resource: what it watches; None: what belongs to no resource.
        links: end its description.
        notify_ok: whether its end is notified.
    """

    rule: AlarmRule
    subject: str
    name: str
    resource: WatchedResource | None
    links: tuple[str, ...]
    notify_ok: bool

    @property
    def is_conditional(self) -> bool:
        """Whether what it watches is there under a condition alone."""
        return self.resource is not None and self.resource.condition is not None


class StackAlarms:
    """What is watched in one stack, and by which alarms.

    Args:
        scope: where alarms are declared.
        name_prefix: begins the name of every alarm; unique in account and region.
    """

    def __init__(self, scope: Construct, *, name_prefix: str) -> None:
        self._scope = scope
        self._stack = Stack.of(scope)
        self._prefix = name_prefix
        self._stack_path = str(self._stack.node.path)
        self._resources: list[tuple[WatchedResource, str]] = []
        self._subjects: set[str] = set()
        self._planned: list[PlannedAlarm] = []
        self._declared: list[cloudwatch.CfnAlarm] = []
        self._composite_alarms = 0

    @property
    def declared(self) -> list[cloudwatch.CfnAlarm]:
        """The alarms; complete after synth."""
        return list(self._declared)

    @property
    def planned(self) -> list[PlannedAlarm]:
        """What the alarms do."""
        return list(self._planned)

    @property
    def resources(self) -> list[tuple[WatchedResource, str]]:
        """What is watched, each with its path in the stack; also what has no alarm."""
        return list(self._resources)

    @property
    def monthly_cost(self) -> MonthlyCost:
        """What they cost, with the dashboard and the topics' key; complete after synth."""
        return cost_of((each.rule for each in self._planned), composite_alarms=self._composite_alarms)

    def watch(self, resource: WatchedResource, alarms: Alarms, links: Sequence[str] = ()) -> list[AlarmRule]:
        """Notes a resource and the alarms that it is to have.

        Args:
            resource: which.
            alarms: the user's choice for it.
            links: end the descriptions.

        Returns:
            the alarms.
        """
        if resource.condition and identity(resource.stack) != identity(self._stack):
            add_info(
                resource.construct,
                "cdk_sentry:conditional-in-nested-stack",
                f"{resource.path}: it is in a nested stack, under the condition {resource.condition}, which cannot be "
                "asked for from outside, so it has no alarms and is not on the dashboard. "
                "Put the condition on the nested stack instead.",
            )
            return []
        subject = self._subject_of(resource)
        self._resources.append((resource, subject))
        rules = rules_for(resource, alarms)
        self._plan(rules, subject, resource, alarms, links)
        return rules

    def watch_fleet(self, alarms: Alarms, links: Sequence[str] = ()) -> None:
        """Notes the alarms on all functions of the account, if they are wanted."""
        if alarms.fleet_of is not None:
            self._plan(list(alarms.fleet_of.rules()), "Functions", None, alarms, links)

    def arns(self) -> list[str]:
        """ARNs of the alarms, known before they are declared.

        Made of their names, so that no alarm in a nested stack needs an output there and a parameter here, and that one
        which emulators are spared can be named, too.
        """
        start = self._stack.format_arn(
            service="cloudwatch", resource="alarm", resource_name="", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        return [f"{start}{each.name}" for each in self._planned]

    def declare(
        self, notifications: Notifications, *, nested: bool, summary: bool, summary_links: Sequence[str]
    ) -> None:
        """Declares what was noted.

        Args:
            notifications: who is told.
            nested: whether in nested stacks.
            summary: whether composite alarms are declared, which alone notify.
            summary_links: end their descriptions.
        """
        scopes = []
        # In a nested stack no condition can be asked for.
        outside = [each for each in self._planned if not nested or each.is_conditional]
        inside = [each for each in self._planned if nested and not each.is_conditional]
        for number, batch in enumerate([outside, *self._batches(inside)]):
            if batch:
                scope = NestedStack(self._scope, f"Alarms{number}") if number else Construct(self._scope, "Alarms")
                scopes.append(scope)
                self._declared += [self._declare(scope, each, notifications, silent=summary) for each in batch]
        if summary:
            self._composite_alarms = declare_summaries(
                self._scope,
                {severity: self._names(severity) for severity in Severity},
                prefix=self._prefix,
                notifications=notifications,
                links=summary_links,
                after=scopes,
            )

    def _subject_of(self, resource: WatchedResource) -> str:
        subject = resource.path.removeprefix(self._stack_path).strip("/").replace("/", "-")
        if resource.part:
            subject = f"{subject}-{resource.part}"
        if subject in self._subjects:  # A/B-C beside A-B/C
            subject = f"{subject}-{_digest(f'{resource.path}/{resource.part}')}"
        self._subjects.add(subject)
        return subject

    def _plan(
        self,
        rules: Sequence[AlarmRule],
        subject: str,
        resource: WatchedResource | None,
        alarms: Alarms,
        links: Sequence[str],
    ) -> None:
        for rule in rules:
            name = _plain_name(f"{self._prefix}-{subject}-{rule.name}")
            self._planned.append(PlannedAlarm(rule, subject, name, resource, tuple(links), alarms.notify_ok))

    def _declare(
        self, scope: Construct, planned: PlannedAlarm, notifications: Notifications, *, silent: bool
    ) -> cloudwatch.CfnAlarm:
        actions = [] if silent else notifications.actions(planned.rule.severity)
        alarm = planned.rule.alarm(
            scope,
            f"{planned.subject}-{planned.rule.name}",
            dimensions=planned.resource.dimensions if planned.resource else {},
            subject=planned.subject,
            actions=actions,
            ok_actions=actions if planned.notify_ok else [],
            name=planned.name,
            links=planned.links,
        )
        if not planned.rule.is_plain:
            only_on_aws(alarm)
        return alarm

    def _names(self, severity: Severity) -> list[str]:
        return [each.name for each in self._planned if each.rule.severity == severity]

    def _batches(self, planned: Sequence[PlannedAlarm]) -> Iterator[list[PlannedAlarm]]:
        batch: list[PlannedAlarm] = []
        subjects: set[str] = set()
        for each in planned:
            crowded = len(subjects | {each.subject}) > _RESOURCES_PER_NESTED_STACK
            if batch and (crowded or len(batch) >= _ALARMS_PER_NESTED_STACK):
                yield batch
                batch, subjects = [], set()
            batch.append(each)
            subjects.add(each.subject)
        if batch:
            yield batch


def _plain_name(name: str) -> str:
    """The name, or one that is like no other where a part of it cannot stand in an ARN or a composite alarm's rule."""
    plain = _NOT_PLAIN.sub("_", name)
    return name if plain == name and len(name) <= _MAX_NAME else f"{plain[: _MAX_NAME - 9]}-{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
