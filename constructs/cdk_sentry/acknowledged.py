"""What checks such as cdk-nag's say about the kit's own resources, answered with the reason."""

from collections.abc import Mapping

import aws_cdk
from constructs import Construct


def acknowledge(construct: Construct, reasons: Mapping[str, str]) -> None:
    """Answers findings of a construct; before aws-cdk-lib had Validations there was no common place for answers.

    Args:
        construct: whose findings.
        reasons: why each is meant, by the id of its check.
    """
    if hasattr(aws_cdk, "Validations") and reasons:
        answers = [aws_cdk.Acknowledgment(id=identifier, reason=reason) for identifier, reason in reasons.items()]
        aws_cdk.Validations.of(construct).acknowledge(*answers)
