"""Shows what is going on: live in a terminal, plain lines where there is none, as in CI."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

_PLAIN_PARTS = 4  # how often a counter is said where lines cannot be rewritten


class Progress:
    """Steps, one after the other, each with its time.

    Args:
        console: where to print.
    """

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, doing: str) -> Iterator[Callable[[str], None]]:
        """Shows one step while it lasts, and how long it took.

        Args:
            doing: what is done, such as "cdk deploy".

        Yields:
            A function that says how far the step is.
        """
        began = time.monotonic()
        status = self.console.status(escape(doing))
        if not self.console.is_terminal:
            self.console.print(f"   {doing} ...", markup=False)

        def say(detail: str) -> None:
            status.update(escape(f"{doing}: {detail}"))
            if not self.console.is_terminal:
                self.console.print(f"   {doing}: {detail}", markup=False)

        try:
            with status:
                yield say
        except BaseException:
            self.console.print(f"[red]✗[/] {escape(doing)} [dim]({time.monotonic() - began:.1f} s)[/]")
            raise
        self.console.print(f"[green]✓[/] {escape(doing)} [dim]({time.monotonic() - began:.1f} s)[/]")

    def counter(self, total: int, say: Callable[[str], None]) -> Callable[[], None]:
        """Counts up to `total`, saying so each time in a terminal and now and then elsewhere."""
        every = 1 if self.console.is_terminal else max(1, total // _PLAIN_PARTS)
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            if done % every == 0:
                say(f"{done} of {total}")

        return count
