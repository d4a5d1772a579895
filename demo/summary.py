"""What a run has shown, for people."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.accounting import Check
from demo.deployment import Deployment
from demo.sentry_inbox import Event, issues
from demo.traffic import Outcome, Sent


def show(
    console: Console,
    *,
    deployment: Deployment,
    sent: Sequence[Sent],
    became: Mapping[Outcome, str],
    checks: Sequence[Check],
    sentry_events: Sequence[Event],
    addresses: dict[str, str],
) -> None:
    """Prints all of it: deployed resources, functions, events, Sentry issues, comparisons, addresses."""
    console.print()
    console.print(_resources(deployment))
    console.print(_functions(deployment))
    console.print(_traffic(sent, became))
    console.print(_issues(sentry_events))
    console.print(_checks(checks))
    for name, address in addresses.items():
        console.print(f"{name:>22}  {escape(address)}", soft_wrap=True)
    console.print()


def save_dashboard(deployment: Deployment, folder: Path) -> Path:
    """Writes the deployed dashboard's JSON, as CloudWatch gives it, to a file and returns that."""
    name = deployment.one("AWS::CloudWatch::Dashboard").physical_id
    body = deployment.aws.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    path = folder / "dashboard.json"
    path.write_text(json.dumps(json.loads(body), indent=2) + "\n")
    return path


def _resources(deployment: Deployment) -> Table:
    stacks = ", ".join(sorted({resource.stack for resource in deployment.resources}))
    table = _table(f"Deployed: stack {stacks}", "type", "resources")
    for kind, count in sorted(Counter(resource.kind for resource in deployment.resources).items()):
        table.add_row(kind, str(count))
    return table


def _functions(deployment: Deployment) -> Table:
    table = _table("Functions", "function", "handler", "which calls", "layers", "memory MB")
    for configuration in deployment.functions():
        variables = configuration.get("Environment", {}).get("Variables", {})
        table.add_row(
            configuration["FunctionName"],
            configuration["Handler"],
            variables.get("SENTRY_INITIAL_HANDLER", ""),
            str(len(configuration.get("Layers", []))),
            str(configuration["MemorySize"]),
        )
    return table


def _traffic(sent: Sequence[Sent], became: Mapping[Outcome, str]) -> Table:
    table = _table(f"Activity events: {len(sent)} sent", "expected", "sent", "answers", "became")
    for outcome in Outcome:
        statuses = Counter(each.status for each in sent if each.activity.expected is outcome)
        answers = ", ".join(f"{count} x {status}" for status, count in statuses.items())
        table.add_row(outcome, str(statuses.total()), answers, became[outcome])
    return table


def _issues(events: Sequence[Event]) -> Table:
    columns = ("events", "issue", "function", "environment", "release", "tags")
    table = _table(f"Sentry: {len(events)} events received", *columns)
    for issue in issues(events):
        tags = "\n".join(f"{key}: {value}" for key, value in sorted(issue.tags.items()))
        row = (str(issue.events), issue.title, issue.function, issue.environment, issue.release, tags)
        table.add_row(*(escape(cell) for cell in row))
        table.add_section()
    return table


def _checks(checks: Sequence[Check]) -> Table:
    table = _table("Comparisons", "", "what", "expected", "found")
    for check in checks:
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        table.add_row(mark, escape(check.what), escape(check.expected), escape(check.found))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=f"[bold]{title}[/]", title_justify="left", title_style="", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
