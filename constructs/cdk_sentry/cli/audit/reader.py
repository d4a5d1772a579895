"""Reads AWS: what is refused does not stop the audit, it becomes an open question."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ..aws import Aws
from ..errors import denied_action, explain, is_denied
from ..parallel import in_parallel
from .answer import Unread

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass
class Reader:
    """One audit's way to AWS.

    Attributes:
        aws: account and region.
        denied: IAM actions that were missing.
    """

    aws: Aws
    progress: Progress
    denied: set[str] = field(default_factory=set)

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Everything that a paginated operation lists.

        Args:
            service: as boto3 names it.
            operation: in boto3's spelling.
            key: under which each page holds its part.
            arguments: of the operation.
        """
        paginator = self.aws.client(service).get_paginator(operation)
        return [each for page in paginator.paginate(**arguments) for each in page.get(key, ())]

    def attempt(self, read: Callable[[], Value], *, of_others: bool = False) -> Value | Unread:
        """What `read` gives, or why it gives nothing.

        Args:
            read: asks AWS.
            of_others: whether it asks for something of another account, which may refuse it whatever the caller is
                allowed: then no permission of the caller's is known to be missing.
        """
        try:
            return read()
        except ClientError as error:
            if is_denied(error):
                if of_others:
                    return Unread("it is of another account, and may not be read")
                self.denied.add(denied_action(error))
                return Unread(f"not allowed: {denied_action(error)}")
            return Unread(explain(error) or str(error))

    def each(self, what: str, keys: Iterable[Key], read: Callable[[Key], Value]) -> dict[Key, Value]:
        """Reads something for every key, several at once.

        Args:
            what: for the progress bar.
            keys: for what.
            read: gives a key's value.
        """
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}
        task = self.progress.add_task(what, total=len(wanted))

        def one(key: Key) -> tuple[Key, Value]:
            value = read(key)
            self.progress.advance(task)
            return key, value

        return dict(in_parallel(one, wanted))

    def together(self, reads: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Reads different things at once.

        Args:
            reads: by what they are, for the progress bar.
        """
        return self.each("reading", reads, lambda name: reads[name]())


@contextmanager
def reader(aws: Aws, console: Console) -> Iterator[Reader]:
    """A reader that shows its progress, and takes that away at the end.

    Args:
        aws: account and region.
        console: standard error.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Reader(aws, progress)
