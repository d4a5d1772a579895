"""The sample pipeline, as the subcommands that operate it find it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from ..pipeline.operate.deployed import Deployed, OperationError, find
from .command import Invocation, Permission, filled
from .errors import CommandError
from .stacks import resources_of

FIND = Permission(
    ("cloudformation:ListStackResources",),
    ("arn:${Partition}:cloudformation:${Region}:${Account}:stack/*",),
    "where the pipeline's stream, table and queues are",
)
"""What `deployed` needs."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which pipeline."""
    parser.add_argument("--stack", required=True, type=filled, metavar="NAME", help="that the pipeline is in")
    parser.add_argument(
        "--pipeline", type=filled, metavar="ID", help="construct id of the ActivityPipeline, if the stack has several"
    )


def deployed(invocation: Invocation) -> Deployed:
    """The pipeline that the arguments name.

    Raises:
        CommandError: there is no such stack, or no pipeline in it.
    """
    options = invocation.options
    with explained():
        return find(resources_of(invocation.aws, options.stack), options.stack, pipeline=options.pipeline or "")


@contextmanager
def explained() -> Iterator[None]:
    """What an operation says that it cannot do becomes the command's one line."""
    try:
        yield
    except OperationError as problem:
        raise CommandError(str(problem)) from None
