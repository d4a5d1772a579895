"""What one stack gets: one topic, one dashboard, the alarms, and what its templates share."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from .alarms import AlarmRule, Alarms, Severity
from .alarms.cost import MonthlyCost
from .alarms.resource import WatchedResource
from .alarms.stack_alarms import StackAlarms
from .dashboard import Page, dashboard_url, fill, log_groups, save_queries
from .faults import Faults
from .faults.reporting import Covered, alarm_name_prefix, report_faults
from .functions.function import MonitoredFunction
from .identity import identity
from .layers.layers import Layers
from .notifications import Notifications, Notify
from .settings import FunctionSettings
from .stack_template import count_resources
from .template_resources import TemplateResources

MAX_RESOURCES = 500


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
        self._name = str(self._stack.stack_name)
        self._layers = layers
        self._templates: dict[str, TemplateResources] = {}
        self._covered: list[Covered] = []
        self._follows_alarms = any(each.is_sentry for each in notify)
        self._functions: list[MonitoredFunction] = []
        self._forwarder_alarms: list[cloudwatch.CfnAlarm] = []
        self._name_prefix = alarm_name_prefix(scope)
        self._alarms = StackAlarms(scope, name_prefix=self._name_prefix)
        self._notifications = Notifications(scope, notify)
        # Dashboards are an account's, not a region's; a name of its own can stand in the text of each alarm.
        dashboard_name = f"{self._name_prefix}-{self._stack.region}"
        self._dashboard_link = f"Dashboard: {dashboard_url(self._stack, dashboard_name)}"
        self._dashboard = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=dashboard_name)

    @property
    def stack(self) -> Stack:
        """Which stack; never a nested one."""
        return self._stack

    @property
    def environment(self) -> str:
        """Account and region, or what stands for them where they are known at deployment only."""
        return str(self._stack.environment)

    @property
    def scope(self) -> Construct:
        """Where the kit's own resources lie in the stack."""
        return self._scope

    @property
    def name(self) -> str:
        """The stack's name."""
        return self._name

    @property
    def topic(self) -> sns.Topic:
        """Told of every alarm of the stack and of its end."""
        return self._notifications.topic

    @property
    def dashboard(self) -> cloudwatch.Dashboard:
        """Widgets that are added to it before synth come before the kit's own."""
        return self._dashboard

    @property
    def alarms(self) -> list[cloudwatch.CfnAlarm]:
        """The alarms declared, the forwarder's own among them; complete after synth."""
        return [*self._alarms.declared, *self._forwarder_alarms]

    @property
    def monthly_cost(self) -> MonthlyCost:
        """What alarms, dashboard and topic cost at list prices; complete after synth."""
        own = len(self._forwarder_alarms)
        return self._alarms.monthly_cost + MonthlyCost(alarms=own, alarm_metrics=own)

    @property
    def functions(self) -> list[MonitoredFunction]:
        """The stack's functions; complete after synth."""
        return list(self._functions)

    def template(self, stack: Stack) -> TemplateResources:
        """What the functions of one template share.

        Args:
            stack: this stack, or one nested in it.
        """
        key = identity(stack)
        if key not in self._templates:
            own = key == identity(self._stack)
            scope = self._scope if own else Construct(stack, free_id(stack, self._scope.node.id))
            self._templates[key] = TemplateResources(scope, self._layers)
        return self._templates[key]

    def cover(self, function: MonitoredFunction) -> None:
        """Notes a function."""
        self._functions.append(function)

    def watch(self, resource: WatchedResource, alarms: Alarms, links: Sequence[str] = ()) -> list[AlarmRule]:
        """Notes a resource, a function among them, for alarms and dashboard.

        Args:
            resource: which.
            alarms: the user's choice for it.
            links: end the alarms' descriptions, after that to the dashboard.

        Returns:
            the alarms that it gets.
        """
        return self._alarms.watch(resource, alarms, [self._dashboard_link, *links])

    def report_faults_of(self, covered: Covered) -> None:
        """Notes a function whose faults are to be reported from outside."""
        self._covered.append(covered)

    def finish(
        self,
        *,
        title: str,
        links: Sequence[str],
        fleet: bool,
        nested_alarms: bool | None,
        faults: Faults,
        settings: FunctionSettings,
    ) -> None:
        """Declares everything that needs all functions to be known.

        Args:
            title: heads the dashboard, in Markdown.
            links: end the descriptions of alarms that belong to no resource, after that to the dashboard.
            fleet: whether alarms on all functions of the account, if they are wanted, are declared in this stack.
            nested_alarms: whether alarms go into nested stacks; None: if they would not fit otherwise.
            faults: which faults are reported from outside.
            settings: what holds for what belongs to no function.
        """
        forwarder = report_faults(
            self._scope,
            self._covered,
            faults=faults,
            settings=settings,
            dsn_variables=lambda: self.template(self._stack).dsn_variables(settings.dsn, settings.service or self.name),
            alarm_actions=self._notifications.actions(Severity.CRITICAL),
            follows_alarms=self._follows_alarms,
        )
        self._forwarder_alarms = forwarder.alarms if forwarder else []
        for template in self._templates.values():
            template.finish()
        links = [self._dashboard_link, *links]
        if fleet:
            self._alarms.watch_fleet(settings.alarms, links)
        if nested_alarms is None:
            nested_alarms = count_resources(self._stack) + len(self._alarms.planned) > MAX_RESOURCES
        groups = log_groups(self._functions, self._stack)
        page = Page(
            title=title,
            alarm_arns=[*self._alarms.arns(), *(each.attr_arn for each in self._forwarder_alarms)],
            resources=self._alarms.resources,
            log_groups=groups,
            stack=self._stack,
        )
        fill(self._dashboard, page)
        if groups:
            save_queries(self._scope, groups, self._name_prefix)
        self._alarms.declare(
            self._notifications, nested=nested_alarms, summary=settings.alarms.summary, summary_links=links
        )


def free_id(scope: Construct, wanted: str) -> str:
    """The wanted id, or one beside it if the user has given that to something else."""
    while scope.node.try_find_child(wanted) is not None:
        wanted = f"{wanted}Monitoring"
    return wanted
