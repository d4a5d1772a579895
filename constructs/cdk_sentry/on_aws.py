"""Keeps out of emulators what they refuse."""

from aws_cdk import Aws, CfnCondition, CfnResource, Fn, Stack

_ID = "SentryOnAws"
# What emulators of AWS, MiniStack among them, call their account; no account of AWS has this number.
_EMULATED_ACCOUNT = "000000000000"
# MiniStack 1.5 does not know pseudo parameters in conditions: there `Ref: AWS::Partition` is none of these. They are
# those of docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html and the isolated ones.
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")


def only_on_aws(resource: CfnResource) -> None:
    """Leaves a resource out where the stack is deployed to an emulator.

    Args:
        resource: one that nothing refers to; emulators refuse whole stacks for a type they do not know.
    """
    stack = Stack.of(resource)
    condition = stack.node.try_find_child(_ID)
    if not isinstance(condition, CfnCondition):
        real_partition = Fn.condition_or(*(Fn.condition_equals(Aws.PARTITION, each) for each in _PARTITIONS))
        real_account = Fn.condition_not(Fn.condition_equals(Aws.ACCOUNT_ID, _EMULATED_ACCOUNT))
        condition = CfnCondition(stack, _ID, expression=Fn.condition_and(real_partition, real_account))
    resource.cfn_options.condition = condition
