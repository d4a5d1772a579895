"""What one stack gets: one topic, one dashboard, the alarms, and what its templates share."""

from collections.abc import Sequence

from aws_cdk import NestedStack, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from .alarms import AlarmRule
from .dashboard import add_function_widgets
from .faults import Faults
from .faults.reporting import Covered, report_faults
from .functions.find import resources_of_type
from .functions.function import MonitoredFunction
from .layers.layers import Layers
from .notifications import Notify, alarm_topic
from .settings import FunctionSettings
from .template_resources import TemplateResources

MAX_RESOURCES = 500
# A nested stack is handed the name of each function as a parameter, and takes 200 of them.
_FUNCTIONS_PER_NESTED_STACK = 150


class StackMonitoring:
    """The part of a SentryMonitoring that lies in one stack; nested stacks belong to their parent's.

    Args:
        scope: where resources are declared.
        layers: where layers come from.
        notify: who is told of alarms.
    """

    def __init__(self, scope: Construct, *, layers: Layers, notify: Sequence[Notify]) -> None:
        self._scope = scope
        self._stack = Stack.of(scope)
        self._layers = layers
        self._templates: dict[Stack, TemplateResources] = {}
        self._covered: list[Covered] = []
        self._follows_alarms = any(each.is_sentry for each in notify)
        self._wanted: list[tuple[MonitoredFunction, list[AlarmRule]]] = []
        self._alarms: list[cloudwatch.CfnAlarm] = []
        self._topic = alarm_topic(scope, "Topic")
        self._actions = [self._topic.topic_arn, *(arn for each in notify for arn in each.attach(self._topic))]
        self._dashboard = cloudwatch.Dashboard(scope, "Dashboard")

    @property
    def name(self) -> str:
        """The stack's name."""
        return self._stack.stack_name

    @property
    def topic(self) -> sns.Topic:
        """Told of every alarm of the stack and of its end."""
        return self._topic

    @property
    def dashboard(self) -> cloudwatch.Dashboard:
        """Widgets that are added to it before synth come before the kit's own."""
        return self._dashboard

    @property
    def alarms(self) -> list[cloudwatch.CfnAlarm]:
        """The alarms declared; complete after synth."""
        return list(self._alarms)

    @property
    def functions(self) -> list[MonitoredFunction]:
        """The stack's functions; complete after synth."""
        return [function for function, _ in self._wanted]

    def template(self, stack: Stack) -> TemplateResources:
        """What the functions of one template share.

        Args:
            stack: this stack, or one nested in it.
        """
        if stack not in self._templates:
            scope = self._scope if stack is self._stack else Construct(stack, self._scope.node.id)
            self._templates[stack] = TemplateResources(scope, self._layers)
        return self._templates[stack]

    def watch(self, function: MonitoredFunction, rules: Sequence[AlarmRule]) -> None:
        """Notes the alarms that a function is to have."""
        self._wanted.append((function, list(rules)))

    def report_faults_of(self, covered: Covered) -> None:
        """Notes a function whose faults are to be reported from outside."""
        self._covered.append(covered)

    def finish(self, *, title: str, nested_alarms: bool | None, faults: Faults, settings: FunctionSettings) -> None:
        """Declares everything that needs all functions to be known.

        Args:
            title: heads the dashboard, in Markdown.
            nested_alarms: whether alarms go into nested stacks; None: if they would not fit otherwise.
            faults: which faults are reported from outside.
            settings: what holds for what belongs to no function.
        """
        report_faults(
            self._scope,
            self._covered,
            faults=faults,
            settings=settings,
            dsn_variables=lambda: self.template(self._stack).dsn_variables(settings.dsn, settings.service or self.name),
            alarm_actions=self._actions,
            follows_alarms=self._follows_alarms,
        )
        for template in self._templates.values():
            template.finish()
        if nested_alarms is None:
            nested_alarms = self._resources_without_alarms() + self._alarm_count() > MAX_RESOURCES
        size = _FUNCTIONS_PER_NESTED_STACK if nested_alarms else max(len(self._wanted), 1)
        for number, start in enumerate(range(0, len(self._wanted), size), start=1):
            scope = NestedStack(self._scope, f"Alarms{number}") if nested_alarms else self._scope
            for function, rules in self._wanted[start : start + size]:
                self._declare(scope, function, rules)
        add_function_widgets(
            self._dashboard,
            functions=self.functions,
            # An alarm in a nested stack would take an output there and a parameter here for each.
            alarm_arns=[] if nested_alarms else [alarm.attr_arn for alarm in self._alarms],
            region=self._stack.region,
            title=title,
        )

    def _declare(self, scope: Construct, function: MonitoredFunction, rules: Sequence[AlarmRule]) -> None:
        label = _relative_path(function, self._stack)
        for rule in rules:
            alarm = rule.alarm(
                scope,
                f"{label}-{rule.name}",
                dimensions={"FunctionName": function.resource.ref},
                subject=label,
                actions=self._actions,
            )
            self._alarms.append(alarm)

    def _alarm_count(self) -> int:
        return sum(len(rules) for _, rules in self._wanted)

    def _resources_without_alarms(self) -> int:
        return sum(1 for each in resources_of_type(self._stack) if each.stack is self._stack)


def _relative_path(function: MonitoredFunction, stack: Stack) -> str:
    path = function.path.removeprefix(stack.node.path).strip("/")
    return path.replace("/", "-")
