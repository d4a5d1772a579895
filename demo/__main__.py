"""Deploys the sample to a local cloud, sends it traffic, and shows what Sentry says. `--once` ends after that."""

import argparse
import signal
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.markup import escape

from demo import summary, traffic
from demo.accounting import Accounts, Check, check_answers, check_sentry
from demo.deployment import Cdk, Deployment
from demo.local_aws import ACCOUNT, REGION, SECRET_KEY
from demo.ministack import CACHE, MiniStack, ministack
from demo.progress import Progress
from demo.sentry_inbox import SentryInbox, tags_of, title
from demo.spotlight import Spotlight, spotlight
from demo.waiting import StepFailedError
from demo.work_folder import work_folder

DSN_PARAMETER = "/Sentry/Dsn"
_THROUGH_TIMEOUT_S = 60.0
_SENTRY_TIMEOUT_S = 20.0
_LOOK_EVERY_S = 0.5
# Right in the eyes of the API, but no number that DynamoDB can hold.
_IMPOSSIBLE_EVENT = (
    '{"user_id":"ada","event_id":"1","type":"purchase","occurred_at":"2025-01-31T12:00:00Z",'
    '"properties":{"amount":1e300}}'
)
_PLAIN_WIDTH = 160
_INTERRUPTED = 128 + signal.SIGINT
_TERMINATED = 128 + signal.SIGTERM


@dataclass(frozen=True)
class Running:
    """What runs while people look."""

    cloud: MiniStack
    sentry: Spotlight
    inbox: SentryInbox
    api_url: str


def main() -> int:
    """Runs the demo; returns 0 only if every step worked and every comparison held."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop everything when the summary has been shown")
    parser.add_argument("--work-folder", type=Path, default=CACHE / "demo", help="for logs (default: %(default)s)")
    arguments = parser.parse_args()
    # Both unwind the blocks below, which stop what they started; a shell's background job would ignore the first.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminated)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    try:
        with ExitStack() as stack:
            running, failed = _run(Progress(console), arguments.work_folder.absolute(), stack)
            _say_result(console, failed)
            if not arguments.once:
                with suppress(KeyboardInterrupt):
                    _keep_running(console, running)
                console.print("stopping")
            return 1 if failed else 0
    except StepFailedError as error:
        console.print(f"[red]The demo failed:[/] {escape(str(error))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return _INTERRUPTED


def _run(progress: Progress, folder: Path, stack: ExitStack) -> tuple[Running, list[Check]]:
    began = time.monotonic()
    work = stack.enter_context(work_folder(folder))
    with progress.step("Local cloud: MiniStack"):
        cloud = stack.enter_context(ministack(work))
    with progress.step("Local Sentry: Spotlight"):
        sentry = stack.enter_context(spotlight(work))
        inbox = SentryInbox(sentry.url)
    with progress.step(f"DSN into the SSM parameter {DSN_PARAMETER}"):
        cloud.aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value=sentry.dsn, Type="String")
    with progress.step("cdk bootstrap"):
        Cdk(cloud.aws, work).bootstrap()
    with progress.step("cdk deploy"):
        Cdk(cloud.aws, work).deploy()
        deployment = Deployment(cloud.aws)

    activities = traffic.load()
    session = traffic.SignedSession(cloud.aws)
    with progress.step(f"{len(activities)} activity events through {deployment.api_url()}/activity") as say:
        counter = progress.counter(len(activities), say)
        sent = traffic.send(session, deployment.api_url(), activities, on_sent=counter)
    accounts = Accounts(deployment, session, activities)
    with progress.step("Kinesis worked off, every user's history compared with what was sent"):
        checks = check_answers(sent) + accounts.wait_until_through(timeout_s=_THROUGH_TIMEOUT_S)
    with progress.step("Events in Sentry"):
        events = inbox.wait_for(accounts.to_quarantine, timeout_s=_SENTRY_TIMEOUT_S)
        checks += check_sentry(events, deployment, expected=accounts.to_quarantine)

    running = Running(cloud, sentry, inbox, deployment.api_url())
    summary.show(
        progress.console,
        deployment=deployment,
        sent=sent,
        became=accounts.became(),
        checks=checks,
        sentry_events=events,
        addresses=_addresses(running, summary.save_dashboard(deployment, work), work)
        | {"all of it took": f"{time.monotonic() - began:.0f} s"},
    )
    return running, [check for check in checks if not check.passed]


def _addresses(running: Running, dashboard: Path, logs: Path) -> dict[str, str]:
    return {
        "Sentry (Spotlight)": running.sentry.url,
        "API": running.api_url,
        "local cloud": running.cloud.aws.endpoint_url,
        "dashboard's JSON": dashboard.as_uri(),
        "logs": str(logs),
    }


def _say_result(console: Console, failed: list[Check]) -> None:
    if not failed:
        console.print("[green]Everything is as it has to be.[/]")
    for check in failed:
        console.print(
            f"[red]Failed:[/] {escape(check.what)}: expected {escape(check.expected)}, found {escape(check.found)}"
        )


def _keep_running(console: Console, running: Running) -> None:
    """Stays until Ctrl-C and says what arrives in Sentry meanwhile."""
    console.print("Running until Ctrl-C. To see one more error reach Sentry:")
    console.print(
        f"  curl --cacert {running.cloud.aws.authority} --user {ACCOUNT}:{SECRET_KEY} "
        f"--aws-sigv4 aws:amz:{REGION}:execute-api "
        f"--json '{_IMPOSSIBLE_EVENT}' {running.api_url}/activity",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
    seen = len(running.inbox.events)
    while True:
        for server in (running.cloud.process, running.sentry.process):
            server.check_alive()
        for event in running.inbox.events[seen:]:
            console.print(f"new in Sentry: {title(event)} ({tags_of(event).get('function_name', '')})", markup=False)
            seen += 1
        time.sleep(_LOOK_EVERY_S)


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
