"""Questions are asked at once, and none is waited for longer than there is time."""

import threading
import time

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from cdk_sentry.cli.diagnose.parallel import NoAnswer, ask, ask_all
from cdk_sentry.cli.errors import CommandError


def test_questions_are_asked_at_once() -> None:
    all_there = threading.Barrier(8, timeout=10)

    answers = ask_all(dict.fromkeys(range(8), all_there.wait), timeout_s=10)

    assert sorted(str(answer) for answer in answers.values()) == [str(number) for number in range(8)]


def test_what_hangs_is_not_waited_for_and_takes_nothing_from_the_others() -> None:
    for_ever = threading.Event()
    began = time.monotonic()

    answers = ask_all({"hangs": for_ever.wait, "answers": for_ever.is_set}, timeout_s=0.2)

    assert time.monotonic() - began < 5
    assert answers == {"hangs": NoAnswer("no answer within 0.2 s"), "answers": False}
    for_ever.set()


def test_more_questions_than_connections_are_all_answered_and_counted() -> None:
    counted: list[None] = []

    answers = ask_all(
        {number: lambda: 1 for number in range(200)}, timeout_s=10, on_answer=lambda: counted.append(None)
    )

    assert (sum(answer for answer in answers.values() if isinstance(answer, int)), len(counted)) == (200, 200)


def test_no_question_takes_no_time() -> None:
    assert ask_all({}, timeout_s=10) == {}


def test_a_fault_of_the_command_itself_is_not_hidden_as_a_missing_answer() -> None:
    def broken() -> None:
        raise KeyError("Policy")

    with pytest.raises(KeyError):
        ask_all({"one": broken}, timeout_s=10)


@pytest.mark.parametrize(
    ("error", "code", "action"),
    [
        (CommandError("nobody there"), "", ""),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "", ""),
        (ClientError({"Error": {"Code": "NotFound", "Message": "gone"}}, "GetTopicAttributes"), "NotFound", ""),
        (
            ClientError(
                {
                    "Error": {
                        "Code": "AccessDenied",
                        "Message": "u is not authorized to perform: sns:GetTopicAttributes",
                    }
                },
                "GetTopicAttributes",
            ),
            "AccessDenied",
            "sns:GetTopicAttributes",
        ),
    ],
)
def test_an_error_of_aws_becomes_a_reason_in_one_line(error, code, action) -> None:
    def question() -> None:
        raise error

    answer = ask(question)

    assert isinstance(answer, NoAnswer)
    assert (answer.code, answer.denied_action) == (code, action)
    assert answer.reason
    assert "\n" not in answer.reason
