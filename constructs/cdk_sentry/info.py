"""Says what is worth knowing, in every release of aws-cdk-lib."""

from aws_cdk import Annotations
from constructs import IConstruct


def add_info(construct: IConstruct, identifier: str, message: str) -> None:
    """Has `cdk synth` show a message that calls for nothing.

    Args:
        construct: what it is about.
        identifier: names the kind of message: `cdk_sentry:...`.
        message: the text.
    """
    annotations = Annotations.of(construct)
    if hasattr(annotations, "add_info_v2"):
        annotations.add_info_v2(identifier, message)
    else:
        # aws-cdk-lib 2.160 has no identifiers for this level.
        annotations.add_info(f"{message} [{identifier}]")
