"""Many questions at once, none waited for longer than allowed."""

import queue
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from ..aws import MAX_PARALLEL
from ..errors import code_of, denied_action, explain, is_denied

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A question that was not answered.

    Attributes:
        reason: in one line.
        code: AWS's name of the error, if it was one.
        denied_action: the IAM action that is missing, if that is why.
    """

    reason: str
    code: str = ""
    denied_action: str = ""


def ask(question: Callable[[], Value]) -> Value | NoAnswer:
    """Asks one question; what boto3 raises, and CommandError, become the answer."""
    try:
        return question()
    except Exception as error:
        reason = explain(error)
        if reason is None:
            raise
        if not isinstance(error, ClientError):
            return NoAnswer(reason)
        return NoAnswer(reason, code_of(error), denied_action(error) if is_denied(error) else "")


def ask_all(
    questions: Mapping[Key, Callable[[], Value]], *, timeout_s: float, on_answer: Callable[[], None] = lambda: None
) -> dict[Key, Value | NoAnswer]:
    """Asks all questions, as many at once as a client has connections.

    Args:
        questions: by what they are about.
        timeout_s: after which those without an answer get `NoAnswer`; their threads end with the process.
        on_answer: called after each answer, to show progress.
    """
    deadline = time.monotonic() + timeout_s
    waiting: queue.SimpleQueue[Key] = queue.SimpleQueue()
    answered: queue.SimpleQueue[tuple[Key, Value | NoAnswer | Exception]] = queue.SimpleQueue()
    for key in questions:
        waiting.put(key)

    def work() -> None:
        while time.monotonic() < deadline:
            try:
                key = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                answered.put((key, ask(questions[key])))
            except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
                answered.put((key, error))

    for _ in range(min(MAX_PARALLEL, len(questions))):
        threading.Thread(target=work, daemon=True).start()
    answers: dict[Key, Value | NoAnswer] = {}
    while len(answers) < len(questions):
        try:
            key, answer = answered.get(timeout=max(deadline - time.monotonic(), 0.001))
        except queue.Empty:
            break
        if isinstance(answer, Exception):
            raise answer
        answers[key] = answer
        on_answer()
    late = NoAnswer(f"no answer within {timeout_s:g} s")
    return {key: answers.get(key, late) for key in questions}
