"""What a run has shown, for people."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

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
    checks: Sequence[Check],
    sentry_events: Sequence[Event],
    addresses: dict[str, str],
) -> None:
    """Prints all of it: deployed resources, functions, events, Sentry issues, comparisons, addresses."""
    console.print()
    console.print(_resources(deployment))
    console.print(_functions(deployment))
    console.print(_traffic(sent))
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
    table = Table("type", "deployed", title=f"Stack {stacks}", title_justify="left")
    for kind, count in sorted(Counter(resource.kind for resource in deployment.resources).items()):
        table.add_row(kind, str(count))
    return table


def _functions(deployment: Deployment) -> Table:
    table = Table("function", "handler", "runs", "layers", "memory MB", title="Functions", title_justify="left")
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


def _traffic(sent: Sequence[Sent]) -> Table:
    table = Table("expected", "sent", "answered", title="Activity events", title_justify="left")
    for outcome in Outcome:
        of_it = [each for each in sent if each.activity.expected is outcome]
        statuses = Counter(each.status for each in of_it)
        table.add_row(outcome, str(len(of_it)), ", ".join(f"{count} x {code}" for code, count in statuses.items()))
    return table


def _issues(events: Sequence[Event]) -> Table:
    table = Table(
        "events",
        "issue",
        "function",
        "environment",
        "release",
        "tags",
        title="Sentry",
        title_justify="left",
        show_lines=True,
    )
    for issue in issues(events):
        tags = "\n".join(f"{key}: {value}" for key, value in sorted(issue.tags.items()))
        row = (str(issue.events), issue.title, issue.function, issue.environment, issue.release, tags)
        table.add_row(*(escape(cell) for cell in row))
    return table


def _checks(checks: Sequence[Check]) -> Table:
    table = Table("", "comparison", "expected", "found", title="Comparisons", title_justify="left")
    for check in checks:
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        table.add_row(mark, escape(check.what), escape(check.expected), escape(check.found))
    return table
