"""`cdk-sentry layer`: the kit's layers as files, as lists, and as layer versions that many stacks share."""

import argparse

from ..command import Command, Permission, filled
from .build import build
from .contents import show
from .publish import publish
from .runtimes import BY_RUNTIME

# Their versions, too: at the end of an ARN an asterisk goes beyond colons.
_LAYERS = ("arn:${Partition}:lambda:*:${Account}:layer:cdk-sentry-*",)


def _runtime_argument(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--runtime",
        choices=sorted(BY_RUNTIME),
        required=required,
        help="which layer" if required else "which layer; all when left out",
    )


def _build_arguments(parser: argparse.ArgumentParser) -> None:
    _runtime_argument(parser, required=True)
    parser.add_argument(
        "--output",
        required=True,
        type=filled,
        metavar="PATH",
        help="a folder that is empty or not there, or a file ending in .zip",
    )


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    _runtime_argument(parser, required=False)
    parser.add_argument(
        "--to", nargs="+", type=filled, metavar="REGION", help="AWS regions; that of --region when left out"
    )
    parser.add_argument("--name", type=filled, help="of the layer, with --runtime; cdk-sentry-RUNTIME when left out")
    parser.add_argument(
        "--organization", type=filled, metavar="ID", help="of AWS Organizations (o-...), whose accounts may use it"
    )


COMMAND = Command(
    subcommands=(
        Command(
            "build",
            "Write a layer to a folder or a zip, laid out as /opt",
            build,
            _build_arguments,
            details="For container images: copy the folder's content to /opt.",
        ),
        Command(
            "list", "Show what is inside the layers", show, lambda parser: _runtime_argument(parser, required=False)
        ),
        Command(
            "publish",
            "Publish the layers to this account and print their ARNs",
            publish,
            _publish_arguments,
            (
                Permission(("lambda:ListLayerVersions",), why="whether this content is published already"),
                Permission(("lambda:PublishLayerVersion",), _LAYERS, "publishing it; with --name, that layer's ARN"),
                Permission(("lambda:AddLayerVersionPermission",), _LAYERS, "only with --organization"),
            ),
            details="""What is published already, with the same content, is not published again.

examples:
  cdk-sentry layer publish --to eu-central-1 us-east-1 --organization o-abcdefghij
  cdk-sentry layer publish --runtime python --name team-sentry""",
        ),
    ),
)
