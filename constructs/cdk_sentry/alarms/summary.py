"""One composite alarm per severity above all others, so that one bad deployment is one page."""

from collections.abc import Iterator, Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from ..notifications import Notifications
from ..on_aws import only_on_aws
from .severity import Severity

# docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_MAX_CHILDREN = 100
_MAX_RULE = 10_240


def declare_summaries(
    scope: Construct,
    names: Mapping[Severity, Sequence[str]],
    *,
    prefix: str,
    notifications: Notifications,
    links: Sequence[str],
    after: Sequence[Construct],
) -> int:
    """Declares one composite alarm for each severity that has alarms; more, if one cannot hold them.

    Args:
        scope: where.
        names: of the alarms, by severity.
        prefix: begins the names of the composite ones.
        notifications: who is told.
        links: end the descriptions.
        after: what declares the alarms, which must exist first.

    Returns:
        how many.
    """
    count = 0
    for severity, children in names.items():
        for number, batch in enumerate(_batches(children), start=1):
            suffix = "" if number == 1 else str(number)
            construct_id = f"{severity.capitalize()}Summary{suffix}"
            actions = notifications.actions(severity)
            text = f"At least one {severity} alarm of {prefix} is in ALARM; its page lists which. Severity: {severity}."
            composite = cloudwatch.CfnCompositeAlarm(
                scope,
                construct_id,
                alarm_name=f"{prefix}-{construct_id}",
                alarm_description=" ".join([text, *links]),
                alarm_rule=" OR ".join(_term(name) for name in batch),
                alarm_actions=actions,
                ok_actions=actions,
            )
            composite.node.add_dependency(*after)
            only_on_aws(composite)
            count += 1
    return count


def _term(name: str) -> str:
    return f'ALARM("{name}")'


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    length = 0
    for name in names:
        cost = len(_term(name)) + len(" OR ")
        if batch and (len(batch) == _MAX_CHILDREN or length + cost > _MAX_RULE):
            yield batch
            batch, length = [], 0
        batch.append(name)
        length += cost
    if batch:
        yield batch
