"""Writes docs/alarms.md from the catalogue and the simulation: `python -m tests.alarms.document`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from aws_cdk import Duration

from cdk_sentry import Alarms
from cdk_sentry.alarms import cost
from cdk_sentry.alarms.catalogue import KINDS
from cdk_sentry.alarms.kind import AlarmKind, Choice

from .firing import Firing, Watch, firings
from .recordings import SCENARIOS

DOCUMENT = Path(__file__).parents[2] / "docs" / "alarms.md"

_HEAD = """# Alarms

Every alarm that `SentryMonitoring` knows, made from the code by `python -m tests.alarms.document`; a test holds it. The
text of an alarm is its description in CloudWatch, too, followed by links to the dashboard and, where
`sentry_organization` is given, to Sentry's issues of that function and environment.

```python
from aws_cdk import Duration
from cdk_sentry import Alarms, SentryMonitoring

monitoring = SentryMonitoring(
    stack,
    "Sentry",
    alarms=Alarms(function_errors=5, p95_latency=Duration.millis(300), api_no_traffic=Duration.hours(1)),
    sentry_organization="acme",
)
monitoring.configure(checkout, alarms=Alarms.only("function_errors", function_p95_duration=Duration.seconds(2)))
```

- `Alarms(...)` changes thresholds for all; `None` switches an alarm off, a value switches one on.
- `monitoring.configure(resource, alarms=...)` says it for one function, table, queue and so on.
- `Alarms(severities={"p95_latency": "critical"})` says that an alarm matters more, or less, than it usually does.
- `Alarms.only("function_errors", api_5xx=3)` has these and no others; `Alarms.none()` has none.
- `Alarms(notify_ok=False)` does not tell of an alarm's end.
- `Alarms(summary=True)` puts one composite alarm per stack and severity above the others, which then keep silent: one
  bad deployment is one page. More than one where a composite alarm cannot hold all (100 children, 10,240 characters).
- `function_duration_anomaly` and `api_traffic_anomaly` compare with what CloudWatch has learned instead of a threshold.

**Severity.** *critical*: users see failures or data is being lost, look now. *warning*: nothing is lost yet. A target
takes both, or one: `Notify.pagerduty(url, only="critical")`.

## Who is told

```python
from aws_cdk import Duration
from cdk_sentry import Alarms, Notify, SentryMonitoring, Url

SentryMonitoring(
    stack,
    "Sentry",
    alarms=Alarms(p95_latency=Duration.millis(300), severities={"p95_latency": "critical"}),
    notify=[
        Notify.slack("T0123456789", "C0123456789"),
        Notify.pagerduty(Url.from_ssm("/PagerDuty/Url"), only="critical"),
        Notify.email("team@example.com", only="warning"),
    ],
)
```

A slow p95 is a *warning* by itself. Here it is *critical*: Slack, which takes both severities, and PagerDuty, which
takes critical ones, are told of it at once, and of its end.

| target | what it needs |
| --- | --- |
| `Notify.email(address)` | the owner confirms the subscription once |
| `Notify.slack(workspace_id, channel_id)` | the workspace, authorized once in Amazon Q Developer in chat applications |
| `Notify.pagerduty(url)` | the URL of a service's CloudWatch integration, a secret: `Url.from_ssm`, `Url.from_secret` |
| `Notify.webhook(url)` | an https address that confirms SNS's subscription |
| `Notify.topic(topic)` | a topic of yours that CloudWatch may publish to |
| `Notify.sentry()` | nothing: alarms become issues |

A channel of Slack takes one configuration an account: give further stacks `Notify.topic` of one that is configured.
The kit's topics are encrypted with a key of their own, refuse what does not come over TLS, and take messages from the
CloudWatch of this account alone. The forwarder's own two alarms, on its errors and on events that wait, are critical
and tell by themselves, with a summary too.

## What holds for all

**Missing data** means that all is well, as most of these metrics are sent only when there is something to count;
only for `api_no_traffic` it is what the alarm is about.

An API of kind REST is told apart by its *name* in CloudWatch: two of one name and stage in an account share metrics.
"""

_DAYS = """## Which fires when

Every alarm as it stands in a template, evaluated by CloudWatch's documented rules over recorded days of a pipeline
(tests/alarms; `pytest tests/alarms` holds the table): periods that end with every minute, M of N, missing data, metric
math, each function of a fleet by itself, summaries from the states of the others. Those that are off have the threshold
to begin with. From and to are when an alarm goes on and off. On the healthy day none fires.

What is not shown: CloudWatch does not publish the model behind anomaly detection, so the band here is a stand-in, the
mean of the same time of day on fourteen healthy days and three standard deviations of it to either side. CloudWatch
reads a few more periods than an alarm names, and does not say how many: here two, as in its examples; an alarm may end
some minutes earlier or later. The summaries are above the alarms that are on.
"""

_FLEET = """## A fleet

`Alarms.fleet()` replaces the alarms on single functions by two that watch all: one for errors, one for throttles, each
a Metrics Insights query with one contributor per function; `Alarms.fleet(tag=("team", "growth"))` watches tagged ones.

- It watches **every** function of the account and region, also those of other stacks; above several stacks of one
  account and region the first has it. A tag needs the account's opt-in to tags on metrics, and without that the alarm
  finds nothing.
- It is charged by the metrics it goes through, $0.10 a month for each function's, so it saves resources, not money.
- An account and region takes 200 such alarms; they know no percentiles and no periods but a minute.
"""

_COST = """## What it costs

`monitoring.monthly_cost` says it for your stacks after synth, `monitoring.report.to_dict()` as JSON for a budget in
CI, beside what each function got. List prices of US East (N. Virginia), November 2026, before free tiers (10 alarms
and 3 dashboards an account), from aws.amazon.com/cloudwatch/pricing and aws.amazon.com/kms/pricing: ${alarm:.2f}
for each metric that an alarm looks at, three of them for an anomaly, ${composite:.2f} for a composite alarm,
${dashboard:.2f} for a dashboard, ${key:.2f} for the key of the topics. The metrics themselves are those that
services send free of charge; the kit sends none of its own.

What depends on use is not counted: notifications, queries of the dashboard's log table while somebody looks at it,
calls of the forwarder, one for each batch of lines that tell of a fault, what a fleet's alarms go through, and
metrics that your own functions send.

| what | list price |
| --- | --- |
| 8 functions, 2 alarms each and the forwarder's 2 | {small} |
| 240 functions, likewise | {large} |
| a function's two alarms | ${two:.2f} |
"""


def render(firing: list[Firing] | None = None) -> str:
    """The whole document."""
    firing = list(firings()) if firing is None else firing
    parts = [_HEAD, *_catalogue(), _simulation(firing), _FLEET, _costs()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _catalogue() -> Iterator[str]:
    for service, kinds in KINDS.items():
        yield f"## {service}"
        yield "\n".join(_entry(kind) for kind in _once(kinds))


def _once(kinds: tuple[AlarmKind, ...]) -> list[AlarmKind]:
    """REST and HTTP APIs, and the destinations of Firehose, share their text."""
    return list({kind.key: kind for kind in reversed(kinds)}.values())[::-1]


def _entry(kind: AlarmKind) -> str:
    rule, choice = kind.rule, Alarms().of(kind.key)
    on = "off" if choice is None else f"on at **{_said(choice)}** {kind.unit}"
    begin = f"; begin with {_said(kind.suggested)} {kind.unit}" if choice is None else ""
    metrics = dict.fromkeys(each.rule.metric_name for kinds in KINDS.values() for each in kinds if each.key == kind.key)
    named = ", ".join(f"`{name}`" for name in metrics)
    when = f" Only {kind.when}." if kind.when and kind.of != "delivery_stream" else ""
    return (
        f"### `{kind.key}`\n\n"
        f"{rule.severity}, {on}{begin}. Metric: {named} ({rule.statistic}).{when}\n\n"
        f"- **Means**: {rule.meaning}\n"
        f"- **Usual causes**: {rule.causes}\n"
        f"- **First**: {rule.first_steps}\n"
        f"- **Why this threshold**: {kind.why}\n"
    )


def _said(choice: Choice) -> str:
    if not isinstance(choice, Duration):
        return f"{choice:g}" if choice is not None else "off"
    milliseconds = choice.to_milliseconds()
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size:.0f} {unit}"
    return f"{milliseconds:.0f} ms"


def _simulation(found: list[Firing]) -> str:
    days = [name for name in SCENARIOS if name != "healthy day"]
    rows = [f"| alarm | {' | '.join(days)} |", "| --- |" + " --- |" * len(days)]
    for watch in _one_each(each.watch for each in found):
        texts = {each.scenario: each.text for each in found if each.watch == watch}
        mark = "" if watch.on else " (off)"
        rows.append(f"| `{watch.name}`{mark} | {' | '.join(texts[day] for day in days)} |")
    told = "\n".join(f"- **{name}**: {' '.join((make.__doc__ or '').split())}" for name, make in SCENARIOS.items())
    return f"{_DAYS}\n{told}\n\n" + "\n".join(rows) + "\n"


def _one_each(watches: Iterable[Watch]) -> list[Watch]:
    """Of several kinds of resource with an alarm of one name the one that the catalogue names first."""
    shown: dict[str, Watch] = {}
    for watch in watches:
        usual = watch.kind is None or watch.kind.of != "delivery_stream" or "S3" in watch.kind.rule.metric_name
        if usual:
            shown.setdefault(watch.name, watch)
    return list(shown.values())


def _costs() -> str:
    rule = KINDS["AWS Lambda"][0].rule
    return _COST.format(
        alarm=cost.ALARM_METRIC_USD,
        composite=cost.COMPOSITE_ALARM_USD,
        dashboard=cost.DASHBOARD_USD,
        key=cost.KEY_USD,
        small=cost.cost_of([rule] * (8 * 2 + 2)),
        large=cost.cost_of([rule] * (240 * 2 + 2)),
        two=2 * cost.ALARM_METRIC_USD,
    )


if __name__ == "__main__":
    DOCUMENT.write_text(render())
