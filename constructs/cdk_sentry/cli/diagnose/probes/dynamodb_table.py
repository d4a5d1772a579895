"""DynamoDB tables: are they there, do they take calls, and what is stored for the user."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..keys import KeyState, key_state
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, counted, part, unanswered
from ..survey import Survey

_AT_MOST = 1000


@dataclass(frozen=True)
class TableFacts:
    """What was seen of a table.

    Attributes:
        table: as DynamoDB gives it.
        key: that it is encrypted with; None if that is AWS's.
        items_of_user: how many there are under the user's key, 1000 at most; None if nobody is asked about or the
            partition key is no string.
    """

    table: Mapping[str, Any]
    key: KeyState | NoAnswer | None
    items_of_user: int | NoAnswer | None


class DynamoTable(Probe):
    """A table."""

    kinds = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    what = "table"
    when_gone = "aws dynamodb list-backups --backup-type ALL --table-name {name}"

    def look(self, survey: Survey, resource: Resource) -> TableFacts:
        """Description, key, and how many items the user has."""
        client, name = survey.aws.client("dynamodb"), resource.physical_id
        table = client.describe_table(TableName=name)["Table"]
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn", "")
        return TableFacts(
            table,
            ask(lambda: key_state(survey.aws, key)),
            ask(lambda: _items_of(client, table, survey)) if survey.user else None,
        )

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """What was refused."""
        del survey
        of_it = {"TableName": resource.physical_id}
        return (
            Metric("AWS/DynamoDB", "ReadThrottleEvents", of_it),
            Metric("AWS/DynamoDB", "WriteThrottleEvents", of_it),
        )

    def judge(self, seen: Seen, resource: Resource, facts: TableFacts) -> Iterator[Finding]:
        """The table itself; whether it is the user's that is missing, the last step says."""
        see = f"aws dynamodb describe-table --table-name {resource.physical_id}"
        yield from unanswered(facts.key, facts.items_of_user)
        if key := part(facts.key, KeyState):
            yield from key.judge()
        if facts.table["TableStatus"] not in {"ACTIVE", "UPDATING"}:
            yield sick("not-active", Weight.OFF, f"it is {facts.table['TableStatus']}", next_command=see)
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            if refused := seen.figure(resource, metric):
                yield sick(
                    "throttles",
                    seen.weight(resource, metric, Weight.THROTTLED),
                    f"throttled: {counted(refused, 'call')} refused",
                    f"metric {metric}: {refused:.0f}",
                    next_command=see,
                )
        yield healthy(
            "table", f"{facts.table['TableStatus']}, about {counted(facts.table.get('ItemCount', 0), 'item')}"
        )


def _items_of(client: Any, table: Mapping[str, Any], survey: Survey) -> int | None:
    key = next(each["AttributeName"] for each in table["KeySchema"] if each["KeyType"] == "HASH")
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    if types[key] != "S":
        return None
    found = 0
    for form in survey.user_keys:
        answer = client.query(
            TableName=table["TableName"],
            KeyConditionExpression="#key = :user",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":user": {"S": form.replace("{user}", survey.user)}},
            Select="COUNT",
            Limit=_AT_MOST,
        )
        found += answer["Count"]
    return found
