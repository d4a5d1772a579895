"""How AWS is read: several questions at once, and what of it is seen meanwhile."""

import io
from threading import Barrier

from rich.console import Console

from cdk_sentry.cli.audit.reader import reader
from cdk_sentry.cli.aws import Aws


def test_on_a_terminal_a_bar_says_how_far_it_is_and_is_gone_at_the_end():
    shown = io.StringIO()
    with reader(Aws(), Console(file=shown, force_terminal=True, width=80)) as reading:
        reading.each("log subscriptions", range(3), str)
        reading.progress.refresh()
    text = shown.getvalue()
    assert "log subscriptions" in text
    assert "3/3" in text
    assert text.endswith("\x1b[2K")  # the line is cleared


def test_in_a_file_there_is_no_bar():
    shown = io.StringIO()
    with reader(Aws(), Console(file=shown)) as reading:
        reading.each("log subscriptions", range(3), str)
    assert shown.getvalue() == ""


def test_questions_are_asked_at_once_each_only_one_time():
    asked = []
    together = Barrier(2, timeout=10)

    def ask(key: str) -> str:
        asked.append(key)
        together.wait()
        return key.upper()

    with reader(Aws(), Console(file=io.StringIO())) as reading:
        assert reading.each("layers", ["a", "b", "a"], ask) == {"a": "A", "b": "B"}
    assert sorted(asked) == ["a", "b"]
