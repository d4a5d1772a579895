"""Hosts other than AWS's runtime client: nothing tells when the response is out, so the report goes before it."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ministack.core.lambda_runtime import _PYTHON_WORKER_SCRIPT  # type: ignore[import-untyped]

from tests.harness.answer import Answer
from tests.harness.runtime_files import lambda_python
from tests.harness.sink import Sink
from tests.runtime.lambda_function import ENTRY, FUNCTIONS, last_exception, layer


class Worker:
    """MiniStack's host of Python functions, spoken to as MiniStack does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one line and reads the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def invoke(self, event: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        """Invokes the function."""
        return self.ask({"event": event, "ctx": {"request_id": request_id}})


@contextmanager
def worker(handler: str, dsn: str, environment: Mapping[str, str] | None = None) -> Iterator[Worker]:
    """A function with the layer in MiniStack's host."""
    module, _, name = ENTRY.rpartition(".")
    start = {
        "code_dir": str(FUNCTIONS),
        "module": module,
        "handler": name,
        "function_name": "checkout",
        "memory": 256,
        "arn": "arn:aws:lambda:us-east-1:000000000000:function:checkout",
        "env": {
            "SENTRY_DSN": dsn,
            "SENTRY_INITIAL_HANDLER": handler,
            "SENTRY_TAGS": '{"service":"shop"}',
            "_LAMBDA_LAYERS_DIRS": str(layer().parent),
            "AWS_LAMBDA_FUNCTION_NAME": "checkout",
            "AWS_REGION": "us-east-1",
            **(environment or {}),
        },
    }
    command = [str(lambda_python().executable), "-c", _PYTHON_WORKER_SCRIPT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            host = Worker(process)
            assert host.ask(start)["status"] == "ready"
            yield host
        finally:
            process.kill()


def test_an_error_is_reported_before_the_answer_and_the_answer_is_the_functions_own() -> None:
    with Sink() as sink, worker("errors.handler", sink.dsn) as host:
        answer = host.invoke({"kind": "plain"}, "first")
        (event,) = sink.events
        assert host.invoke({}, "second") == {"status": "ok", "result": {"ok": True}}
        assert len(sink.events) == 1
    assert (answer["status"], answer["error"]) == ("error", "out of stock")
    assert "cdk_sentry_layer" not in answer["trace"]
    assert last_exception(event)["type"] == "OrderError"
    assert event["tags"] == {
        **event["tags"],
        "service": "shop",
        "function_name": "checkout",
        "function_version": "$LATEST",
        "memory_mb": "256",
        "aws_region": "us-east-1",
        "cold_start": "true",
    }


def test_a_logged_error_is_reported_before_the_answer() -> None:
    with Sink() as sink, worker("logs.handler", sink.dsn) as host:
        assert host.invoke({"kinds": ["several"]}, "first")["status"] == "ok"
        assert [event["logentry"]["formatted"] for event in sink.events] == ["no price for apples"]


def test_a_sentry_that_hangs_holds_the_answer_no_longer_than_the_budget() -> None:
    quick = {"SENTRY_FLUSH_TIMEOUT_MS": "200"}
    with Sink(Answer(hang=True)) as sink, worker("errors.handler", sink.dsn, quick) as host:
        for number in range(3):
            assert host.invoke({"kind": "plain"}, f"call-{number}")["error"] == "out of stock"


def test_transactions_are_sent_before_the_answer() -> None:
    with Sink() as sink, worker("errors.handler", sink.dsn, {"SENTRY_TRACES_SAMPLE_RATE": "1"}) as host:
        host.invoke({}, "first")
        assert len(sink.transactions) == 1
