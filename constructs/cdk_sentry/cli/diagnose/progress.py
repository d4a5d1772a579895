"""A bar on standard error that grows with the answers, where there is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def progress_of(console: Console, what: str, *, total: int) -> Iterator[Callable[[], None]]:
    """Shows a bar for as long as the block lasts.

    Args:
        console: standard error.
        what: is going on.
        total: number of answers.

    Returns:
        To be called after each answer.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
