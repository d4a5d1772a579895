"""What a subcommand is: its name, its arguments, what it does and what that must be allowed."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from .aws import Aws
from .output import Output


class Exit(IntEnum):
    """What a command's exit code means."""

    FINE = 0
    FOUND = 1
    IMPOSSIBLE = 2


def filled(text: str) -> str:
    """The type of an argument that is any text but none: that a variable is not set must not mean "left out".

    Raises:
        ArgumentTypeError: the text is empty, or blank.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: perhaps a variable is not set")
    return text


@dataclass(frozen=True)
class Permission:
    """IAM actions that a subcommand needs.

    Attributes:
        actions: for example `ssm:GetParameter`.
        resources: ARN patterns that are enough, with `${Partition}`, `${Region}` and `${Account}` to be filled in.
        why: what they are needed for, if that is not plain or only sometimes so.
    """

    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    why: str = ""


@dataclass(frozen=True)
class Invocation:
    """One run of a subcommand.

    Attributes:
        options: its arguments.
        aws: the account and region.
        output: where results go.
    """

    options: argparse.Namespace
    aws: Aws
    output: Output


@dataclass(frozen=True)
class Command:
    """A subcommand: one that does something, or one that only holds others.

    Attributes:
        name: as it is typed; one at the top is named in `main.COMMANDS`.
        summary: one line of help, without a full stop; of one at the top it is in `main.COMMANDS`.
        run: does it.
        arguments: declares its arguments.
        permissions: what it must be allowed in IAM.
        subcommands: those that it holds.
        details: what help says below the arguments, examples above all; shown as it is written.
    """

    name: str = ""
    summary: str = ""
    run: Callable[[Invocation], Exit] | None = None
    arguments: Callable[[argparse.ArgumentParser], None] | None = None
    permissions: Sequence[Permission] = ()
    subcommands: Sequence["Command"] = ()
    details: str = ""

    def runnable(self, prefix: str = "") -> Iterator[tuple[str, "Command"]]:
        """Every subcommand that does something, with its full name, for example `dsn put`."""
        name = f"{prefix} {self.name}".strip()
        if self.run:
            yield name, self
        for each in self.subcommands:
            yield from each.runnable(name)
