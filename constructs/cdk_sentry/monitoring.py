"""SentryMonitoring: the one construct. Its steps are called in order here; each lives in a file of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import jsii
from aws_cdk import Annotations, NestedStack, Stack, Stage
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct, IConstruct, IValidation

from .alarms import Alarms, lambda_function
from .alarms.catalogue import Watched
from .alarms.cost import MonthlyCost
from .alarms.resource import WatchedResource
from .dsn import Dsn
from .environment import resolve_environment
from .errors import ConfigurationError, Problems
from .faults import Faults
from .faults.reporting import Covered
from .functions.find import find_functions
from .functions.function import MonitoredFunction
from .functions.handed_up import with_few_outputs
from .functions.instrument import instrument
from .functions.report import FunctionReport, left_at_the_edge, say
from .functions.restore import restore_overrides
from .identity import identity
from .layers.layers import Layers
from .missing import warn_of_what_is_missing
from .nearest import nearer_than, register
from .notifications import Notify, Targets
from .release import Release, as_release, check_release
from .report import Report
from .selection import Choice, Configured, Select, path_of, tag_value
from .sentry_links import SentryLinks
from .settings import CONFIGURABLE, FunctionSettings, Reporting, check_service_given
from .stack_monitoring import StackMonitoring, free_id
from .stack_template import read_templates
from .visit import AssemblyVisits, stages_below


class SentryMonitoring(Construct):
    """Puts Sentry, alarms and one dashboard on every user-written Lambda function below a scope.

    Functions are found at synth, so those added after this construct are covered too. Who wins where something is
    said twice:

    1. what the function's own code says, by calling the SDK,
    2. `configure(function, ...)`,
    3. what the function's environment variables said already,
    4. the arguments given here,
    5. the defaults.

    Of two SentryMonitoring above one function the nearer one covers it. Each stack gets its own layer, topic and
    dashboard, and no stack refers to another because of them.
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
        service_tag: str | None = None,
        tags: Mapping[str, str] | None = None,
        traces_sample_rate: float | None = None,
        timeout_warning: bool = True,
        reporting: Reporting | None = None,
        alarms: Alarms | None = None,
        faults: Faults | None = None,
        notify: Sequence[Notify] = (),
        layers: Layers | None = None,
        include: Sequence[Select | str] | None = None,
        exclude: Sequence[Select | str] = (),
        sentry_organization: str | None = None,
    ) -> None:
        """Covers what it is put into.

        Args:
            scope: an App, Stage, Stack, NestedStack or any construct; every function below it is covered.
            construct_id: unique in the scope, usually "Sentry".
            dsn: where events go; the SSM parameter `/Sentry/Dsn`, read at each deployment, when left out.
            environment: Sentry's environment; the context value `stage` when left out, else the Git branch.
            release: Sentry's release; the commit being synthesized when left out, as `Release.from_git()`.
            service: the tag `service` of every event; the name of the function's stack when left out.
            service_tag: key of an AWS tag that names a function's service; functions without it have `service`.
            tags: more tags for every event.
            traces_sample_rate: share of invocations to trace, above 0 and up to 1; no tracing when left out, and the
                SDK is then not even loaded until there is something to report.
            timeout_warning: whether an event is sent shortly before a function times out.
            reporting: how much is sent and how long that may take; as `Reporting()` when left out.
            alarms: which alarms, with which thresholds; those of `Alarms()` when left out.
            faults: whether what kills a function is reported from outside, whatever its runtime; it is when left out.
                `Faults.none()` leaves it to what the function's own process sees.
            notify: who is told of alarms; nobody but the topic's later subscribers when left out.
            layers: where the layers come from; the kit's own, as part of each stack, when left out.
            include: rules, or path patterns, one of which a function must match to be covered; every function is
                covered when left out.
            exclude: rules, or path patterns, none of which a covered function may match.
            sentry_organization: slug of the organization at sentry.io, or the address of its pages elsewhere; alarms
                and dashboard then link to its issues. No links when left out.

        Raises:
            ConfigurationError: an argument cannot be used; the message lists all that cannot.
        """
        super().__init__(scope, construct_id)
        chosen_release = Release.from_git() if release is None else as_release(release)
        self._base = FunctionSettings(
            dsn=Dsn.from_ssm() if dsn is None else dsn,
            environment=environment,
            service="" if service is None else service,
            tags={} if tags is None else tags,
            traces_sample_rate=traces_sample_rate,
            timeout_warning=timeout_warning,
            reporting=Reporting() if reporting is None else reporting,
            alarms=Alarms() if alarms is None else alarms,
        )
        self._layers = Layers.built() if layers is None else layers
        self._faults = Faults() if faults is None else faults
        self._notify = notify
        self._choice = Choice(include, exclude)
        self._configured = Configured()
        self._service_tag = service_tag
        self._links = SentryLinks(sentry_organization, environment)
        self._check(chosen_release, service)
        self._notify = tuple(notify)
        self._base = self._base.overridden(
            {"environment": resolve_environment(environment, self), "release": chosen_release.name()}
        )
        self._links = SentryLinks(sentry_organization, self._base.environment)
        warn_of_what_is_missing(self, self._base, self._notify, release_wanted=chosen_release.wanted)

        self._reports: list[FunctionReport] = []
        self._stacks: dict[str, StackMonitoring] = {}
        if _has_stack(scope):
            self.of(Stack.of(scope))
        self._visits = AssemblyVisits(self, scope, self._cover_assembly)
        self.node.add_validation(_Validation(self._missed_stages))
        register(self)

    def configure(self, function: IConstruct, **settings: Any) -> None:
        """Says something for one function, whatever its environment variables and the arguments above say.

        Args:
            function: the function's construct, or its CfnFunction.
            settings: any of `dsn`, `environment`, `release`, `service`, `tags` (added to the others),
                `traces_sample_rate`, `timeout_warning`, `reporting`, `alarms`.

        Raises:
            ConfigurationError: a setting does not exist or cannot be used.
        """
        path = path_of(function)
        problems = Problems(f"SentryMonitoring {self.node.path!r}, configure({path!r})")
        for name in sorted(settings.keys() - CONFIGURABLE):
            problems.add(name, settings[name], ", ".join(sorted(CONFIGURABLE)), "Correct the name.")
        problems.raise_if_any()
        release = settings.get("release")
        if release is not None:
            release = as_release(release)
            check_release(release, problems)
        check_service_given(settings.get("service"), problems)
        known = {"dsn": self._base.dsn, "service": self._base.service}
        FunctionSettings(**{**known, **settings, "release": None}).check(problems)
        problems.raise_if_any()
        if release is not None:
            settings["release"] = release.name()
        self._configured.add(function, settings)

    def exclude(self, function: IConstruct) -> None:
        """Leaves one function exactly as it is, without alarms.

        Args:
            function: the function's construct, or its CfnFunction.

        Raises:
            ConfigurationError: it is no construct.
        """
        self._choice.exclude(function)

    def of(self, stack: Stack) -> StackMonitoring:
        """What one stack below the scope gets: its topic, dashboard and alarms.

        Args:
            stack: any stack at or below the scope; a nested one stands for its outermost parent.

        Raises:
            ConfigurationError: it is no stack.
        """
        problems = Problems(f"SentryMonitoring {self.node.path!r}, of")
        problems.expect("stack", stack, Stack, "a stack", "Give the Stack itself, not its name.")
        problems.raise_if_any()
        stack = _outermost(stack)
        key = identity(stack)
        if key not in self._stacks:
            own = _has_stack(self) and identity(Stack.of(self)) == key
            scope = self if own else Construct(stack, free_id(stack, self.node.id))
            self._stacks[key] = StackMonitoring(scope, layers=self._layers, notify=self._notify)
        return self._stacks[key]

    @property
    def report(self) -> Report:
        """What each function got, what not and why, and what all of it costs; complete after synth, empty before."""
        return Report(tuple(self._reports), self.monthly_cost)

    @property
    def functions(self) -> list[MonitoredFunction]:
        """The functions covered; complete after synth, empty before."""
        return [report.function for report in self._reports if not report.function.at_the_edge]

    @property
    def alarms(self) -> list[cloudwatch.CfnAlarm]:
        """The alarms of all stacks; complete after synth, empty before."""
        return [alarm for stack in self._stacks.values() for alarm in stack.alarms]

    @property
    def monthly_cost(self) -> MonthlyCost:
        """What alarms, dashboards and topics of all stacks cost a month at list prices; complete after synth."""
        return sum((stack.monthly_cost for stack in self._stacks.values()), start=MonthlyCost())

    @property
    def topic(self) -> sns.Topic:
        """The topic of the stack that this construct is in; `of(stack).topic` when it is in none."""
        return self.of(self._own_stack("topic")).topic

    @property
    def dashboard(self) -> cloudwatch.Dashboard:
        """The dashboard of the stack that this construct is in; `of(stack).dashboard` when it is in none."""
        return self.of(self._own_stack("dashboard")).dashboard

    @property
    def scope(self) -> Construct:
        """What is covered."""
        scope = self.node.scope
        assert isinstance(scope, Construct)  # noqa: S101  (the constructor was given one)
        return scope

    def _check(self, release: Release, service: str | None) -> None:
        problems = Problems(f"SentryMonitoring {self.node.path!r}")
        twin = next(
            (each for each in self.scope.node.children if each is not self and isinstance(each, SentryMonitoring)), None
        )
        if twin is not None:
            problems.add("scope", self.scope.node.path, "a scope with no other SentryMonitoring", "Remove one.")
        check_service_given(service, problems)
        self._base.check(problems)
        check_release(release, problems)
        if self._service_tag is not None and not (isinstance(self._service_tag, str) and self._service_tag):
            problems.add("service_tag", self._service_tag, "the key of an AWS tag", "Leave it out for none.")
        problems.expect_checked("layers", self._layers, Layers, "Write Layers.arn(python='arn:...').")
        problems.expect_checked("faults", self._faults, Faults, "Write Faults.none() for no reports of faults.")
        Targets(self._notify).check(problems)
        self._choice.check(problems)
        self._links.check(problems)
        problems.raise_if_any()

    def _cover_assembly(self, top: Construct) -> None:
        """Covers what lies in one assembly, when all of it is there.

        Args:
            top: the scope, or a Stage below it.
        """
        own = [self, *(each.scope for each in self._stacks.values())]
        outside = [*(each.scope for each in nearer_than(self)), *stages_below(top), *own]
        templates = read_templates(top, outside=outside)
        found = find_functions(templates)
        watched = Watched(templates, [each for each in found if not each.at_the_edge])
        chosen = with_few_outputs([each for each in found if self._choice.takes(each)])
        reports = [self._cover(each, watched) for each in chosen if not each.at_the_edge]
        for resource in watched.beside_functions():
            self._watch(resource)
        restore_overrides(report.changes for report in reports)
        # CDK's `Stage.of` a Stage is the one around it.
        assembly = identity(top if Stage.is_stage(top) else Stage.of(top) or top)
        with_fleet: set[str] = set()
        for monitoring in self._stacks.values():
            if identity(Stage.of(monitoring.stack) or top) == assembly:
                title = self._title(monitoring)
                environment = monitoring.environment
                monitoring.finish(
                    title=title,
                    fleet=environment not in with_fleet,
                    links=self._to_issues("is:unresolved", self._base.environment),
                    nested_alarms=self._base.alarms.nested_stacks,
                    faults=self._faults,
                    settings=self._base,
                )
                with_fleet.add(environment)
        reports += [left_at_the_edge(each) for each in chosen if each.at_the_edge]
        say(reports)
        self._reports += reports

    def _cover(self, function: MonitoredFunction, watched: Watched) -> FunctionReport:
        stack = self.of(function.stack)
        configured = self._configured.of(function)
        base = self._base.overridden({"service": self._service_of(function)})
        report = instrument(function, base=base, configured=configured, template=stack.template(function.stack))
        settings = base.overridden(configured)
        stack.report_faults_of(Covered(report, settings.dsn, settings.service))
        stack.cover(function)
        traits = watched.function_traits(function)
        # Only where there are links, because its name is a call to CDK for each function.
        query = f"function_name:{function.ref}" if self._links.organization else ""
        links = self._to_issues(query, settings.environment)
        rules = stack.watch(lambda_function.watched(function, traits), settings.alarms, links)
        report.applied += ["alarms", "dashboard"] if rules else ["dashboard"]
        return report

    def _watch(self, resource: WatchedResource) -> None:
        # Rules ask for path, construct and tags only, and those any resource has.
        like_function = cast("MonitoredFunction", resource)
        if self._choice.takes(like_function):
            settings = self._base.overridden(self._configured.of(like_function))
            links = self._to_issues("is:unresolved", settings.environment)
            self.of(resource.stack).watch(resource, settings.alarms, links)

    def _to_issues(self, query: str, environment: str | None) -> list[str]:
        issues = SentryLinks(self._links.organization, environment).issues(query)
        return [f"Sentry: {issues}"] if issues else []

    def _service_of(self, function: MonitoredFunction) -> str:
        tagged = tag_value(function, self._service_tag) if self._service_tag else None
        return tagged or self._base.service or self.of(function.stack).name

    def _title(self, stack: StackMonitoring) -> str:
        facts = (
            ("environment", self._base.environment),
            ("release", self._base.release),
            ("functions", len(stack.functions)),
        )
        known = " · ".join(f"{name} **{value}**" for name, value in facts if value)
        issues = self._links.issues("is:unresolved")
        link = f" · [issues in Sentry]({issues})" if issues else ""
        return f"# {self._base.service or stack.name}\n{known}{link}"

    def _own_stack(self, wanted: str) -> Stack:
        if not _has_stack(self):
            raise ConfigurationError(
                f"SentryMonitoring {self.node.path!r} is in no stack and so has no {wanted} of its own: each stack "
                f"below it has one. Use .of(stack).{wanted}."
            )
        return Stack.of(self)

    def _say_what_named_nothing(self) -> None:
        for what in [*self._configured.unused, *self._choice.unused]:
            Annotations.of(self).add_warning_v2(
                f"cdk_sentry:names-nothing:{what}",
                f"SentryMonitoring {self.node.path!r}: {what} names no function that it covers. Correct or remove it.",
            )

    def _missed_stages(self) -> list[str]:
        self._say_what_named_nothing()
        return [
            f"SentryMonitoring {self.node.path!r}: the functions of Stage {path!r} are not covered, because it was "
            "synthesized before they could be (CDK Pipelines' add_stage does that). Put SentryMonitoring into the "
            "Stage's own constructor, or create it after the Stage and before add_stage."
            for path in self._visits.missed()
        ]


@jsii.implements(IValidation)
class _Validation:
    """Says at synth what can be known only then."""

    def __init__(self, messages: Callable[[], list[str]]) -> None:
        self._messages = messages

    def validate(self) -> list[str]:
        """Called by CDK."""
        return self._messages()


def _has_stack(construct: Construct) -> bool:
    return any(isinstance(each, Stack) for each in construct.node.scopes)


def _outermost(stack: Stack) -> Stack:
    while isinstance(stack, NestedStack):
        parent = stack.nested_stack_parent
        assert parent is not None  # noqa: S101  (every nested stack has one)
        stack = parent
    return stack
