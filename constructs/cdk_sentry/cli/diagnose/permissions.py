"""What a template allows a function's role, and what is left of it in IAM; and what the role does with what."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ..errors import code_of
from ..stacks import Resource
from .survey import Survey

_READING = ("Get", "BatchGet", "List", "Query", "Scan", "Describe", "Receive", "ConditionCheck", "Subscribe")
# What only keeps a reader's place, or takes away what it has read.
_OF_READERS = {"sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}


def declared_policies(survey: Survey, function: Resource) -> dict[str, list[Mapping[str, Any]]]:
    """Statements of the inline policies that the template gives a function's role, by the policy's name."""
    role = _logical_id(survey.declared(function).get("Properties", {}).get("Role"))
    template = survey.templates.get(function.stack, {})
    if not role or not isinstance(template, Mapping):
        return {}
    resources: Mapping[str, Any] = template.get("Resources", {})
    documents: dict[str, Any] = {
        policy["PolicyName"]: policy["PolicyDocument"]
        for policy in resources.get(role, {}).get("Properties", {}).get("Policies", [])
        if isinstance(policy.get("PolicyName"), str)
    }
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource.get("Type") != "AWS::IAM::Policy" or not isinstance(properties.get("PolicyName"), str):
            continue
        if role in (_logical_id(each) for each in properties.get("Roles", [])):
            documents[properties["PolicyName"]] = properties["PolicyDocument"]
    return {name: _listed(document.get("Statement")) for name, document in documents.items()}


def missing_actions(survey: Survey, function: Resource, role: str) -> list[str]:
    """Actions that the template allows a function's role, and IAM no longer does.

    Args:
        survey: the diagnosis.
        function: whose.
        role: its name.
    """
    declared = declared_policies(survey, function)
    if not declared:
        return []
    client = survey.aws.client("iam")
    there = {
        name
        for page in client.get_paginator("list_role_policies").paginate(RoleName=role)
        for name in page["PolicyNames"]
    }
    missing: list[str] = []
    for name, statements in declared.items():
        live = _live(client, role, name) if name in there else []
        missing += sorted(set(_actions(statements)) - set(_actions(live)))
    return list(dict.fromkeys(missing))


def missing_callers(survey: Survey, function: Resource) -> list[str]:
    """Services that the template allows to call a function, and the function's own policy no longer does.

    CloudFormation calls a permission by the id of its statement.
    """
    declared = {
        each.physical_id: str(survey.declared(each).get("Properties", {}).get("Principal"))
        for each in survey.of_kind("AWS::Lambda::Permission")
        if each.stack == function.stack
        and _logical_id(survey.declared(each).get("Properties", {}).get("FunctionName")) == function.logical_id
    }
    if not declared:
        return []
    try:
        policy = json.loads(survey.aws.client("lambda").get_policy(FunctionName=function.physical_id)["Policy"])
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        policy = {}  # no statement is left
    there = {statement.get("Sid") for statement in policy.get("Statement", [])}
    return sorted({principal for id_, principal in declared.items() if id_ not in there})


def only_reads(survey: Survey, function: Resource, other: Resource) -> bool:
    """Whether the template lets a function's role only read from a resource; False where it says nothing of it."""
    wanted = re.compile(rf"(?<!\w){other.logical_id}(?!\w)")  # as a Ref, a GetAtt, or within a Sub
    actions = [
        action
        for statements in declared_policies(survey, function).values()
        for statement in statements
        if wanted.search(json.dumps(statement.get("Resource")))
        for action in _listed(statement.get("Action"))
    ]
    return bool(actions) and all(
        action in _OF_READERS or str(action).partition(":")[2].startswith(_READING) for action in actions
    )


def _live(client: Any, role: str, policy: str) -> Sequence[Mapping[str, Any]]:
    try:
        document = client.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":  # gone since it was listed
            return []
        raise
    return _listed(document.get("Statement"))


def _actions(statements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for statement in statements:
        if statement.get("Effect") == "Allow":
            yield from _listed(statement.get("Action"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _logical_id(reference: Any) -> str:
    """The resource that `{"Ref": ...}` or `{"Fn::GetAtt": ...}` means; empty for all else."""
    if not isinstance(reference, Mapping):
        return ""
    target = reference.get("Ref") or reference.get("Fn::GetAtt") or ""
    return target[0] if isinstance(target, list) else str(target).partition(".")[0]
