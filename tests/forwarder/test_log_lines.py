"""What the forwarder makes of log lines: those that AWS documents, those of its emulator, and any others."""

import json
import time
from pathlib import Path

import pytest
from cdk_sentry_forwarder.invocations import divide
from cdk_sentry_forwarder.kinds import Kind, Sighting
from cdk_sentry_forwarder.log_lines import read_line
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.function_process import FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator


def test_each_documented_fault_is_read_as_one_fault_of_its_kind(faulty) -> None:
    invocations = divide(read_line(number, text) for number, text in enumerate(faulty.lines))

    (fault,) = [found for invocation in invocations if (found := invocation.fault()) is not None]

    assert fault.kind == faulty.fault["kind"]
    assert fault.error_type == faulty.fault["error_type"]
    assert faulty.fault["value"] in (None, fault.value)
    assert len(fault.frames) == faulty.details.get("frames", 0)


def test_each_fault_is_told_with_its_request_its_version_and_whether_it_was_a_cold_start(faulty) -> None:
    (invocation,) = divide(read_line(number, text) for number, text in enumerate(faulty.lines))

    assert invocation.request_id == faulty.details["request_id"]
    assert invocation.version == faulty.details.get("version", "$LATEST")
    assert invocation.is_cold == faulty.details.get("cold_start", False)
    assert {"duration_ms", "memory_mb", "max_memory_used_mb"} <= invocation.figures.keys()


def test_a_healthy_invocation_has_no_fault_whatever_it_logs(healthy) -> None:
    (invocation,) = divide(read_line(number, text) for number, text in enumerate(healthy.lines))

    assert invocation.fault() is None


def test_every_recording_names_its_source(recording) -> None:
    assert "." in recording.source.split("/")[0]


def test_a_report_gives_its_figures_in_their_units() -> None:
    line = read_line(
        0,
        "REPORT RequestId: 8f507cfc-4c1b-4697-b07a-ac58fc914c95\tInit Duration: 0.03 ms\tDuration: 96.63 ms\t"
        "Billed Duration: 97 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t",
    )

    assert line.figures == {
        "duration_ms": 96.63,
        "memory_mb": 128,
        "max_memory_used_mb": 64,
        "init_duration_ms": 0.03,
    }


HANDLERS = {
    "orders.py": "def handler(event, context):\n    raise KeyError('no such order')\n",
    "absent.py": "import nonesuch\n",
    "broken.py": "def handler(:\n",
    "empty.py": "",
}


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
@pytest.mark.parametrize(
    ("handler", "kind", "error_type"),
    [
        ("orders.handler", Kind.UNCAUGHT_ERROR, "KeyError"),
        ("absent.handler", Kind.IMPORT_ERROR, "Runtime.ImportModuleError"),
        ("broken.handler", Kind.IMPORT_ERROR, "Runtime.UserCodeSyntaxError"),
        ("empty.handler", Kind.IMPORT_ERROR, "Runtime.HandlerNotFound"),
        ("orders", Kind.IMPORT_ERROR, "Runtime.MalformedHandlerName"),
    ],
)
def test_what_the_python_runtime_prints_on_the_emulator_is_read(
    tmp_path, handler, kind, error_type, log_format
) -> None:
    for name, code in HANDLERS.items():
        (tmp_path / name).write_text(code)
    config = FunctionConfig(handler, task_root=tmp_path, environment={"AWS_LAMBDA_LOG_FORMAT": log_format})

    with RuntimeInterfaceEmulator(config) as rie:
        rie.invoke()
        printed = rie.stdout()

    faults = {found for message in _messages(printed) if (found := read_line(0, message).sighting) is not None}
    assert {(each.kind, each.error_type) for each in faults} == {(kind, error_type)}


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("os.kill(os.getpid(), 9)", "signal: killed"),
        ("os._exit(3)", "exit status 3"),
        ("ctypes.string_at(0)", "signal: segmentation fault"),
    ],
)
def test_what_the_emulator_says_of_a_process_that_died_is_read(tmp_path, statement, value) -> None:
    """It tells the caller what AWS's platform writes into the log as well, with the error type below."""
    (tmp_path / "dies.py").write_text(f"import ctypes, os\ndef handler(event, context):\n    {statement}\n")

    with RuntimeInterfaceEmulator(FunctionConfig("dies.handler", task_root=tmp_path)) as rie:
        answer = rie.invoke().result

    line = read_line(0, f"{answer['errorMessage']}\n{answer['errorType']}")
    assert line.sighting is not None
    assert line.sighting.error_type == "Runtime.ExitError"
    assert line.sighting.value == f"Runtime exited with error: {value}"


def _messages(printed: str) -> list[str]:
    """Divides what was printed into messages.

    On AWS the runtime frames them; here a line that is indented or says "Traceback" goes with the one before it.
    """
    messages: list[str] = []
    for line in printed.splitlines():
        if messages and line.startswith((" ", "Traceback")):
            messages[-1] += "\n" + line
        else:
            messages.append(line)
    return messages


_words = st.sampled_from(
    [
        "REPORT RequestId: ",
        "8f507cfc-4c1b-4697-b07a-ac58fc914c95",
        "Task timed out after ",
        "Error: Runtime exited",
        "\nRuntime.ExitError",
        "Status: error",
        "INIT_REPORT Init Duration: 1.2.3 ms",
        "[ERROR] ",
        "Traceback (most recent call last):",
        '{"type":"platform.report","record":',
        '{"errorMessage":',
        '"errorType":',
        "java.lang.Error: java.lang.Error\njava.lang.Error\n\tat ",
        "thread 'main' panicked at ",
        "\tfail\t",
        "\t",
        "\n",
        "}",
        "\x00",
        "\ud83d",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(_words, st.text(max_size=5))).map("".join)))
def test_no_text_is_too_strange_to_be_read(text) -> None:
    line = read_line(0, text)

    assert line.text == text
    assert line.sighting is None or isinstance(line.sighting, Sighting)


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "record", "status"]), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "record", "message", "errorType", "errorMessage", "stackTrace", "requestId", "metrics", "status"]
        ),
        st.one_of(_json, st.sampled_from(["platform.report", "platform.start", "platform.initReport", "timeout"])),
    )
)
def test_no_json_is_too_strange_to_be_read(record) -> None:
    line = read_line(0, json.dumps(record))
    nested = read_line(0, json.dumps({"type": "platform.report", "record": record}))

    for each in (line, nested):
        assert each.request_id is None or isinstance(each.request_id, str)
        assert divide([each])[0].fault() == each.sighting or each.status == "success"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a: b.C\n" * 150_000,
        "[ERROR] " + "A." * 500_000,
        "{" * 1_000_000,
        '{"a":' * 200_000,
        "Error: " * 150_000 + "\nRuntime.ExitError",
        "\t" * 1_000_000,
        "REPORT RequestId: 8f507cfc-4c1b-4697-b07a-ac58fc914c95\t" + "Duration: 1" * 90_000,
        "x: a.B\na.B\n" + "\n" * 900_000,
        "thread 'main' panicked at " + ":" * 900_000,
        "2026 ERROR Lambda runtime invoke{" * 30_000,
        "a.b.c." * 160_000 + "C: a.b.C\na.b.C",
    ],
    ids=range(12),
)
def test_a_line_of_a_megabyte_is_read_in_no_time(text) -> None:
    """CloudWatch Logs takes messages of up to a megabyte, and anybody may write one."""
    started = time.process_time()

    read_line(0, text)

    assert time.process_time() - started < 0.5


def test_invocations_are_told_apart_in_a_stream_of_many() -> None:
    good, bad = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    texts = [
        f"START RequestId: {good} Version: 3",
        "fine",
        f"END RequestId: {good}",
        f"REPORT RequestId: {good}\tDuration: 1.00 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB",
        f"START RequestId: {bad} Version: 3",
        "not so fine",
        f"2026-11-21T09:14:07.412Z {bad} Task timed out after 3.00 seconds",
        f"END RequestId: {bad}",
        f"REPORT RequestId: {bad}\tDuration: 3000.00 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\tStatus: timeout",
    ]

    first, second = divide(read_line(number, text) for number, text in enumerate(texts))

    assert (first.request_id, first.fault(), len(first.lines)) == (good, None, 4)
    assert (second.request_id, len(second.lines)) == (bad, 5)
    assert second.fault() == Sighting(Kind.TIMEOUT, "Sandbox.Timedout", "Task timed out after 3.00 seconds")


def test_the_folder_of_recordings_holds_each_kind_of_fault_and_each_runtime() -> None:
    recorded = [json.loads(path.read_text()) for path in (Path(__file__).parent / "log_lines").glob("*.json")]

    assert {each["fault"]["kind"] for each in recorded if each["fault"]} == set(Kind)
    for family in ("python", "nodejs", "provided", "java", "dotnet", "ruby"):
        assert any(str(each["runtime"]).startswith(family) for each in recorded)
