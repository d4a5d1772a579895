"""Values that refer to another stack, as they must be written.

Until CDK has seen a reference being used in another stack, and made an export or a parameter of it, a template read
before synth has a plain `Ref` there, which means nothing in that template. Where both stacks have a resource of the
same logical id, it is taken for the own one: telling them apart takes as long for each function as creating it.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import (
    CfnResource,
    DefaultTokenResolver,
    IPostProcessor,
    IResolvable,
    IResolveContext,
    Reference,
    Stack,
    StringConcat,
    Tokenization,
)


def refers_elsewhere(value: Any, template: Mapping[str, Any]) -> bool:
    """Whether a value of a template refers to something that is no resource of it.

    Args:
        value: as rendered.
        template: all resources of the template, by logical id.
    """
    if isinstance(value, list):
        return any(refers_elsewhere(each, template) for each in value)
    if not isinstance(value, Mapping):
        return False
    if "Ref" in value:
        return value["Ref"] not in template and not str(value["Ref"]).startswith("AWS::")
    if "Fn::GetAtt" in value:
        attribute = value["Fn::GetAtt"]
        return (attribute.split(".") if isinstance(attribute, str) else attribute)[0] not in template
    return any(refers_elsewhere(each, template) for each in value.values())


def with_references(resource: CfnResource, attribute: str) -> Any:
    """A property of a resource, resolved but for its references, which CDK resolves at synth.

    Args:
        resource: the L1.
        attribute: Python's name of the property.
    """
    value = getattr(resource, attribute, None)
    return Tokenization.resolve(value, scope=Stack.of(resource), resolver=_KeepsReferences(StringConcat()))


class _KeepsReferences(DefaultTokenResolver):
    def resolve_token(self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor) -> Any:
        return t if isinstance(t, Reference) else super().resolve_token(t, context, post_processor)
