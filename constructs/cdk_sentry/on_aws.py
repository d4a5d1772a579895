"""Keeps out of emulators what they refuse."""

from aws_cdk import Aws, CfnCondition, CfnResource, Fn, Stack

_ID = "SentryOnAws"
# What emulators of AWS, MiniStack among them, call their account; no account of AWS has this number.
_EMULATED_ACCOUNT = "000000000000"
# MiniStack 1.5 does not know pseudo parameters in conditions: there `Ref: AWS::AccountId` is that text itself.
_UNRESOLVED_ACCOUNT = "AWS::AccountId"


def only_on_aws(resource: CfnResource) -> None:
    """Leaves a resource out where the stack is deployed to an emulator.

    Args:
        resource: one that nothing refers to; emulators refuse whole stacks for a type they do not know.
    """
    stack = Stack.of(resource)
    condition = stack.node.try_find_child(_ID)
    if not isinstance(condition, CfnCondition):
        emulated = [Fn.condition_equals(Aws.ACCOUNT_ID, each) for each in (_EMULATED_ACCOUNT, _UNRESOLVED_ACCOUNT)]
        condition = CfnCondition(stack, _ID, expression=Fn.condition_not(Fn.condition_or(*emulated)))
    resource.cfn_options.condition = condition
