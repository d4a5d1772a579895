"""SentryMonitoring: the one construct. Its steps are called in order here; each lives in a file of its own."""

from collections.abc import Callable, Mapping, Sequence

import jsii
from aws_cdk import Annotations, Aspects, IAspect, NestedStack, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct, IConstruct

from .alarms import Alarms, lambda_function
from .dashboard import add_function_widgets
from .dsn import Dsn
from .environment import check_environment, resolve_environment
from .errors import Checked, Problems
from .functions.find import find_functions
from .functions.function import Changes, MonitoredFunction
from .functions.handler import PYTHON_BOOTSTRAP, redirect_handler
from .functions.layer import add_layer
from .functions.variables import set_sentry_variables
from .layers.layers import PYTHON_RUNTIMES, Layers
from .notifications import Notify, alarm_topic
from .release import Release
from .tags import MAX_VALUE_LENGTH, check_tags
from .template_resources import TemplateResources

# Below MUTATING (200), so that aspects which add tags to what is added here may still run after it.
_ASPECT_PRIORITY = 150


class SentryMonitoring(Construct):
    """Puts Sentry, alarms and one dashboard on every user-written Lambda function below a scope.

    Functions are found at synth, so those added after this construct are covered too. Who wins where something is
    said twice:

    1. what the function's own environment variables say,
    2. the arguments given here,
    3. the defaults.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        dsn: Dsn | None = None,
        environment: str | None = None,
        release: Release | str | None = None,
        service: str | None = None,
        tags: Mapping[str, str] | None = None,
        alarms: Alarms | None = None,
        notify: Sequence[Notify] = (),
        layers: Layers | None = None,
    ) -> None:
        """Covers the stack that it is put into.

        Args:
            scope: a stack, or a construct in one; every function below it is covered.
            construct_id: unique in the scope, usually "Sentry".
            dsn: where events go; the SSM parameter `/Sentry/Dsn`, read at each deployment, when left out.
            environment: Sentry's environment; the context value `stage` when left out, else the Git branch.
            release: Sentry's release; the commit being synthesized when left out, as `Release.from_git()`.
            service: the tag `service` of every event; the stack's name when left out.
            tags: more tags for every event.
            alarms: which alarms, with which thresholds; those of `Alarms()` when left out.
            notify: who is told of alarms; nobody but the topic's later subscribers when left out.
            layers: where the layers come from; the kit's own, as part of the stack, when left out.

        Raises:
            ConfigurationError: an argument cannot be used; the message lists all that cannot.
        """
        super().__init__(scope, construct_id)
        self._dsn = dsn or Dsn.from_ssm()
        self._release = Release.literal(release) if isinstance(release, str) else release or Release.from_git()
        self._alarm_choice = alarms or Alarms()
        self._layers = layers or Layers.built()
        self._tags = dict(tags or {})
        self._check(environment, service, notify)

        self._service = service or _outermost(Stack.of(self)).stack_name
        self._environment = resolve_environment(environment, self)
        self._release_name = self._release.name()
        self._warn_of_what_is_missing()

        self._functions: list[MonitoredFunction] = []
        self._alarms: list[cloudwatch.CfnAlarm] = []
        self._templates: dict[Stack, TemplateResources] = {}
        self._topic = alarm_topic(self, "Topic")
        self._alarm_actions = [
            self._topic.topic_arn,
            *(arn for each in notify for arn in each.attach(self._topic)),
        ]
        self._dashboard = cloudwatch.Dashboard(self, "Dashboard")
        # On a construct without children: an Aspect on this one would be called for each alarm that it adds.
        Aspects.of(Construct(self, "Visit")).add(_Once(self._apply), priority=_ASPECT_PRIORITY)

    @property
    def functions(self) -> list[MonitoredFunction]:
        """The functions covered; complete when synth has come to this construct, empty before."""
        return list(self._functions)

    @property
    def alarms(self) -> list[cloudwatch.CfnAlarm]:
        """The alarms declared; complete when synth has come to this construct, empty before."""
        return list(self._alarms)

    @property
    def topic(self) -> sns.Topic:
        """Told of every alarm and of its end."""
        return self._topic

    @property
    def dashboard(self) -> cloudwatch.Dashboard:
        """Widgets that are added to it come before the kit's own."""
        return self._dashboard

    def _check(self, environment: str | None, service: str | None, notify: Sequence[Notify]) -> None:
        problems = Problems(f"SentryMonitoring {self.node.path!r}")
        parts: list[Checked] = [self._dsn, self._release, self._alarm_choice, self._layers, *notify]
        for part in parts:
            part.check(problems)
        check_environment(environment, problems)
        check_tags(self._tags, problems)
        if service is not None and not 0 < len(service) <= MAX_VALUE_LENGTH:
            problems.add("service", service, f"1 to {MAX_VALUE_LENGTH} characters", "Name the service shortly.")
        problems.raise_if_any()

    def _warn_of_what_is_missing(self) -> None:
        annotations = Annotations.of(self)
        if self._release_name is None and self._release.wanted:
            annotations.add_warning_v2(
                "cdk_sentry:no-release",
                "No release is set: this is no Git checkout, and no CI service names a commit. "
                "Give release=Release.literal(...), or Release.none() if that is meant.",
            )
        if self._environment is None:
            annotations.add_warning_v2(
                "cdk_sentry:no-environment",
                "No environment is set, so Sentry files events under 'production': there is no context value "
                "'stage' and no Git branch. Give environment=..., or `-c stage=...`.",
            )

    def _apply(self) -> None:
        self._functions = find_functions(self._scope)
        for function in self._functions:
            self._instrument(function)
            self._watch(function)
        add_function_widgets(
            self._dashboard,
            functions=self._functions,
            alarm_arns=[alarm.attr_arn for alarm in self._alarms],
            region=Stack.of(self).region,
            title=self._dashboard_title(),
        )

    @property
    def _scope(self) -> Construct:
        scope = self.node.scope
        assert isinstance(scope, Construct)  # noqa: S101  (this construct was given a scope to be in)
        return scope

    def _instrument(self, function: MonitoredFunction) -> None:
        template = self._template_of(function.stack)
        changes = Changes(function)
        if function.runtime in PYTHON_RUNTIMES and function.handler is not None:
            add_layer(changes, template.python_layer())
            redirect_handler(changes, PYTHON_BOOTSTRAP)
        else:
            function.warn(
                "no-layer",
                f"{function.path}: no Sentry layer for runtime {function.runtime or 'unknown'}; it gets environment "
                "variables, alarms and the dashboard. Initialise the SDK of its language: it reads SENTRY_DSN.",
            )
        set_sentry_variables(
            changes,
            dsn=template.dsn_variables(self._dsn, self._service),
            environment=self._environment,
            release=self._release_name,
            tags={**self._tags, "service": self._service},
        )
        changes.apply()

    def _watch(self, function: MonitoredFunction) -> None:
        label = _relative_path(function, self._scope)
        for rule in lambda_function.rules(self._alarm_choice):
            alarm = rule.alarm(
                self,
                f"{label}-{rule.name}",
                dimensions={"FunctionName": function.resource.ref},
                subject=label,
                actions=self._alarm_actions,
            )
            self._alarms.append(alarm)

    def _template_of(self, stack: Stack) -> TemplateResources:
        if stack not in self._templates:
            scope = self if stack is Stack.of(self) else Construct(stack, self.node.id)
            self._templates[stack] = TemplateResources(scope, self._layers)
        return self._templates[stack]

    def _dashboard_title(self) -> str:
        facts = (
            ("environment", self._environment),
            ("release", self._release_name),
            ("functions", len(self._functions)),
        )
        return f"# {self._service}\n" + " · ".join(f"{name} **{value}**" for name, value in facts if value)


@jsii.implements(IAspect)
class _Once:
    """An Aspect that acts at its first visit: the latest moment at which the tree may still be changed."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._done = False

    def visit(self, node: IConstruct) -> None:  # noqa: ARG002  (the one node that it is on)
        if not self._done:
            self._done = True
            self._action()


def _outermost(stack: Stack) -> Stack:
    while isinstance(stack, NestedStack):
        parent = stack.nested_stack_parent
        assert parent is not None  # noqa: S101  (every nested stack has one)
        stack = parent
    return stack


def _relative_path(function: MonitoredFunction, scope: Construct) -> str:
    path = function.path.removeprefix(scope.node.path).strip("/")
    return path.replace("/", "-")
