"""Functions that use sentry_sdk themselves: as in any program, with their own version and settings if they say so."""

import gzip
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.harness.answer import Answer
from tests.harness.http_server import HttpRequest
from tests.harness.runtime_files import CACHE, made_once
from tests.harness.sink import Sink
from tests.runtime.lambda_function import FUNCTIONS, Function, last_exception, layer

REQUIREMENTS = Path(__file__).parent / "bundled-sdks.txt"


def test_explicit_captures_carry_tags_users_and_breadcrumbs_of_this_invocation_alone() -> None:
    with Function("uses_sdk.handler") as function:
        function.invoke({"steps": ["log_info", "tags", "message"]})
        function.invoke({"steps": ["other_message"]})
        first, second = function.sink.wait_for_events(2)
    assert first["message"] == "hello"
    assert first["tags"]["basket"] == "b-1"
    assert first["user"] == {"id": "u-1"}
    assert [crumb["message"] for crumb in first["breadcrumbs"]["values"]] == ["a record", "put into basket"]
    assert "basket" not in second["tags"]
    assert "user" not in second
    assert second["breadcrumbs"]["values"] == []


def test_explicit_captures_carry_the_event_vocabulary() -> None:
    with Function("uses_sdk.handler") as function:
        function.invoke({"steps": ["message"]})
        (event,) = function.sink.wait_for_events(1)
    assert event["tags"]["service"] == "shop"
    assert event["tags"]["function_version"] == "7"
    assert (event["environment"], event["release"], event["server_name"]) == (
        "production",
        "shop@1.2.3",
        "checkout",
    )


def test_what_is_set_on_the_scope_is_on_uncaught_and_logged_errors_too() -> None:
    with Function("uses_sdk.handler") as function:
        function.invoke({"steps": ["log_error", "tags", "fail"]})
        logged, raised = function.sink.wait_for_events(2)
    assert last_exception(raised)["type"] == "LookupError"
    assert raised["tags"]["basket"] == "b-1"
    assert [crumb["message"] for crumb in raised["breadcrumbs"]["values"]][-1] == "put into basket"
    assert "basket" not in logged.get("tags", {})


def test_scopes_nest_as_in_any_program() -> None:
    with Function("uses_sdk.handler") as function:
        function.invoke({"steps": ["scoped", "message"]})
        scoped, plain = function.sink.wait_for_events(2)
    assert scoped["tags"]["inner"] == "yes"
    assert "inner" not in plain["tags"]


def test_an_error_that_the_function_captures_and_raises_is_one_event() -> None:
    with Function("uses_sdk.handler") as function:
        for _ in range(3):
            function.invoke({"steps": ["captured_and_raised"]})
        function.invoke({"steps": ["message"]})
        events = function.sink.wait_for_events(4)
    assert len(events) == 4


def test_what_a_function_captures_does_not_delay_its_response() -> None:
    with Function("uses_sdk.handler", answer=Answer(delay_ms=400)) as function:
        function.invoke({"steps": ["message"]})
        later = function.invoke({"steps": ["message"]})
        function.sink.wait_for_events(2)
    assert later.waited_ms < 200
    assert later.after_answer_ms > 200


def test_a_function_that_uses_the_sdk_and_says_nothing_sends_nothing() -> None:
    with Function("logs_with_sdk.handler") as function:
        for _ in range(3):
            function.invoke({"kinds": ["info_only"]})
        assert function.sink.request_count == 0


class StoreSink(Sink):
    """A Sentry that also takes single events, as SDKs before 2.0 send them."""

    @property
    def events(self) -> list[dict[str, Any]]:
        """Those of envelopes and the single ones."""
        single = [one.request for one in self.received if "/store/" in one.request.target]
        return [
            *(item.json for one in self.received if "/store/" not in one.request.target for item in one.envelope.items),
            *(json.loads(gzip.decompress(request.body)) for request in single),
        ]

    def _answer_to(self, request: HttpRequest) -> Answer:
        return self.answer if "/store/" in request.target else super()._answer_to(request)


OWN_INIT = """
import os, sentry_sdk
{imports}
sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], environment="own", {options})

def handler(event, context):
    import logging
    logging.getLogger("shop").warning("a record")
    if event.get("log"):
        logging.getLogger("shop").error("an error record")
    if event.get("fail"):
        raise LookupError("no basket")
    return "ok"
"""


def own_init(folder: Path, imports: str = "", options: str = "") -> Path:
    """A function that initialises the SDK itself."""
    (folder / "own_init.py").write_text(OWN_INIT.format(imports=imports, options=options))
    return folder


def test_a_function_that_initialises_the_sdk_keeps_its_settings_and_reports_once(tmp_path: Path) -> None:
    with Function("own_init.handler", task_root=own_init(tmp_path)) as function:
        function.invoke({"fail": True})
        function.invoke({"log": True})
        failed, logged = function.sink.wait_for_events(2)
        function.invoke({})
        assert function.sink.request_count == 2
    assert last_exception(failed)["type"] == "LookupError"
    assert logged["logentry"]["message"] == "an error record"
    assert {failed["environment"], logged["environment"]} == {"own"}
    assert failed["tags"]["service"] == "shop"
    assert [crumb["message"] for crumb in failed["breadcrumbs"]["values"]] == ["a record"]


def test_a_function_with_sentrys_own_lambda_integration_gets_no_double_report(tmp_path: Path) -> None:
    root = own_init(
        tmp_path,
        "from sentry_sdk.integrations.aws_lambda import AwsLambdaIntegration",
        "integrations=[AwsLambdaIntegration()], traces_sample_rate=1.0",
    )
    with Function("own_init.handler", task_root=root) as function:
        function.invoke({"fail": True})
        function.invoke({"fail": True})
        events = function.sink.wait_for_events(2)
        transactions = function.sink.wait_for_transactions(2)
        function.invoke({"log": True})
        function.sink.wait_for_events(3)
        function.sink.wait_for_transactions(3)
    assert len(events) == 2
    assert [event["exception"]["values"][-1]["mechanism"]["type"] for event in events] == ["aws_lambda"] * 2
    assert len(transactions) == 2


@pytest.mark.parametrize("options", ["", "default_integrations=False"], ids=["defaults", "bare"])
def test_an_error_of_a_thread_is_one_event_whoever_sees_it_first(tmp_path: Path, options: str) -> None:
    (tmp_path / "threads.py").write_text(
        "import os, sentry_sdk, threading\n"
        f"sentry_sdk.init(dsn=os.environ['SENTRY_DSN'], {options})\n"
        "def handler(event, context):\n"
        "    thread = threading.Thread(target=int, args=('many',))\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    if event.get('end'):\n"
        "        sentry_sdk.capture_message('end')\n"
    )
    with Function("threads.handler", task_root=tmp_path) as function:
        function.invoke({})
        function.invoke({"end": True})
        function.sink.wait_for(lambda: any("message" in event for event in function.sink.events), "the end")
        errors = [event for event in function.sink.events if "exception" in event]
    assert len(errors) == 2


def test_what_the_functions_own_hooks_of_the_sdk_log_is_in_its_log(tmp_path: Path) -> None:
    """They run in the layer's thread; what urllib3 logs there is not the function's, what its hooks log is."""
    (tmp_path / "hooked.py").write_text(
        "import logging, os, sentry_sdk\n"
        "def before_send(event, hint):\n"
        "    logging.getLogger('shop').warning('about to send')\n"
        "    return event\n"
        "sentry_sdk.init(dsn=os.environ['SENTRY_DSN'], before_send=before_send)\n"
        "def handler(event, context):\n"
        "    raise LookupError('no basket')\n"
    )
    with Function("hooked.handler", task_root=tmp_path) as function:
        function.invoke({})
        function.sink.wait_for_events(1)
        function.invoke({})
        (first, _) = function.sink.wait_for_events(2)
        output = function.process.stdout()
    assert output.count("about to send") == 2
    assert last_exception(first)["type"] == "LookupError"


def test_a_function_without_a_dsn_of_ours_keeps_its_own_sentry(tmp_path: Path) -> None:
    (tmp_path / "own_dsn.py").write_text(
        "import os, sentry_sdk\n"
        "sentry_sdk.init(dsn=os.environ['OWN_DSN'])\n"
        "def handler(event, context):\n"
        "    sentry_sdk.capture_message('own')\n"
        "    sentry_sdk.flush(2)\n"
        "    return 'ok'\n"
    )
    with (
        Function("own_dsn.handler", dsn=None, task_root=tmp_path) as other,
        Function("own_dsn.handler", {"OWN_DSN": other.sink.dsn}, dsn=None, task_root=tmp_path) as function,
    ):
        function.invoke({})
        (event,) = other.sink.wait_for_events(1)
    assert event["message"] == "own"


def bundled(version: str) -> Path:
    """A function's folder that holds its own sentry_sdk, of an older version."""
    return made_once(CACHE / f"bundled-sdk-{version}", lambda home: _bundle(version, home)) / "function"


def _bundle(version: str, home: Path) -> None:
    pinned = home / "requirement.txt"
    pinned.write_text(
        next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith(f"sentry-sdk=={version} "))
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--dest", str(home / "wheels"), "-r", str(pinned)]
    subprocess.run(command, check=True)
    function = home / "function"
    function.mkdir()
    for wheel in (home / "wheels").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(function)
    # What a function that brings the SDK brings with it.
    for needed in ("certifi", "urllib3"):
        shutil.copytree(next(layer().rglob(needed)), function / needed)
    for module in ("uses_sdk.py", "logs.py", "errors.py"):
        (function / module).write_text((FUNCTIONS / module).read_text())


@pytest.fixture(params=["1.45.1", "2.0.1"])
def old_version(request: pytest.FixtureRequest) -> str:
    """The oldest of each generation that the layer works with."""
    version: str = request.param
    return version


def test_a_function_keeps_the_version_of_the_sdk_that_it_brings(old_version: str) -> None:
    with Function("uses_sdk.handler", sink=StoreSink(), task_root=bundled(old_version)) as function:
        assert function.invoke({"steps": ["version"]}).result == {"version": old_version}
        function.invoke({"steps": ["log_info", "tags", "message", "fail"]})
        function.invoke({"steps": ["log_info", "log_error"]})
        explicit, raised, logged = function.sink.wait_for_events(3)
        assert function.said() == []
    assert explicit["message"] == "hello"
    assert explicit["tags"]["basket"] == "b-1"
    assert last_exception(raised)["type"] == "LookupError"
    assert raised["tags"]["service"] == "shop"
    assert raised["tags"]["basket"] == "b-1"
    assert logged["logentry"]["message"] == "an error record"
    assert "basket" not in logged["tags"]
    # SDK 2.0 notes its own requests, too.
    crumbs = [crumb for crumb in logged["breadcrumbs"]["values"] if crumb.get("category") != "httplib"]
    assert [crumb["message"] for crumb in crumbs] == ["a record"]


def test_the_first_event_is_sent_by_the_version_that_the_function_brings(old_version: str) -> None:
    with Function("errors.handler", sink=StoreSink(), task_root=bundled(old_version)) as function:
        function.invoke({"kind": "plain"})
        function.invoke({"kind": "chained"})
        events = function.sink.wait_for_events(2)
        assert function.said() == []
    assert {event["sdk"]["version"] for event in events} == {old_version}
    assert events[0]["tags"]["function_name"] == "checkout"


def test_full_mode_works_with_the_version_that_the_function_brings(old_version: str) -> None:
    environment = {"SENTRY_TRACES_SAMPLE_RATE": "1"}
    with Function("uses_sdk.handler", environment, task_root=bundled(old_version)) as function:
        function.invoke({"steps": ["message"]})
        function.invoke({"steps": ["fail"]})
        events = function.sink.wait_for_events(2)
        transactions = function.sink.wait_for_transactions(2)
        assert function.said() == []
    assert {transaction["contexts"]["trace"]["op"] for transaction in transactions} == {"function.aws"}
    assert [event["contexts"]["trace"]["trace_id"] for event in events] == [
        transaction["contexts"]["trace"]["trace_id"] for transaction in transactions
    ]
