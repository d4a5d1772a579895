"""Acts at the last moment before synth at which the construct tree may still be changed, once per assembly.

An App is synthesized as a tree of assemblies: the App itself, and each Stage below it before the App. CDK's Aspects
stop at a Stage, so every assembly needs a visit of its own.
"""

from collections.abc import Callable, Iterator

import jsii
from aws_cdk import App, Aspects, IAspect, Stack, Stage
from constructs import Construct, IConstruct, Node

from .errors import ConfigurationError

# After every Aspect that changes functions or checks them, whose default is 500 and whose highest constant is 1000:
# what is read here is what will be deployed. Aspects still run on what is added here, since it is new to them.
_PRIORITY = 1100
_NODE_ID = "SentryVisit"


class AssemblyVisits:
    """Calls an action once for each assembly that a scope reaches into.

    Args:
        owner: the construct on whose behalf; the assembly that it is in is visited.
        scope: Stages below it are visited too, also those added later.
        action: gets the top of the part of the scope that lies in the assembly: the scope itself, or a Stage.
    """

    def __init__(self, owner: Construct, scope: Construct, action: Callable[[Construct], None]) -> None:
        self._scope = scope
        self._action = action
        self._visited: set[str] = set()
        # On a construct without children: an Aspect on the owner would be called for each alarm that it adds.
        self._attach(Construct(owner, _NODE_ID), scope)
        self._attached: set[str] = set()
        self._attach_to_stages()
        if isinstance(scope, App):
            # The only way in before the Stages that are added after this line are synthesized.
            synth = scope.synth

            def synth_with_stages(*args: object, **kwargs: object) -> object:
                self._attach_to_stages()
                try:
                    return synth(*args, **kwargs)  # type: ignore[arg-type]
                except RuntimeError as error:
                    raise _explained(error) from error

            scope.synth = synth_with_stages  # type: ignore[assignment, method-assign]

    def missed(self) -> list[str]:
        """Paths of the Stages that were synthesized without a visit."""
        return [path for path in map(_path, stages_below(self._scope)) if path not in self._visited]

    def _attach_to_stages(self) -> None:
        for stage in stages_below(self._scope):
            path = stage.node.path
            if path not in self._attached and not stage.node.locked:
                self._attached.add(path)
                self._attach(Construct(stage, f"{_NODE_ID}{self._scope.node.addr[-8:]}"), stage)

    def _attach(self, leaf: Construct, top: Construct) -> None:
        def visit() -> None:
            self._visited.add(top.node.path)
            self._action(top)

        _add(leaf, _Once(visit))


def _explained(error: RuntimeError) -> Exception:
    """Says what to do where CDK says only that a node of ours came too late."""
    if "after the first synthesis" not in str(error) or _NODE_ID not in str(error):
        return error
    return ConfigurationError(
        "SentryMonitoring: a Stage was synthesized before its functions could be covered (CDK Pipelines' add_stage does"
        " that). Put SentryMonitoring into the Stage's own constructor, or create it after the Stage and before "
        f"add_stage. CDK said: {error}"
    )


def stages_below(scope: Construct) -> Iterator[Stage]:
    """Yields every Stage below a scope; a Stage never lies below a stack."""
    if any(isinstance(each, Stack) for each in scope.node.scopes):
        return
    yield from _stages_in(scope)


def _stages_in(scope: Construct) -> Iterator[Stage]:
    for child in scope.node.children:
        if isinstance(child, Stage):
            yield child
        if isinstance(child, Construct) and not isinstance(child, Stack) and Node.of(child).children:
            yield from _stages_in(child)


def _path(construct: Construct) -> str:
    return str(construct.node.path)


@jsii.implements(IAspect)
class _Once:
    """An Aspect that acts at its first visit."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._done = False

    def visit(self, node: IConstruct) -> None:  # noqa: ARG002  (the one node that it is on)
        if not self._done:
            self._done = True
            self._action()


def _add(construct: Construct, aspect: _Once) -> None:
    try:
        Aspects.of(construct).add(aspect, priority=_PRIORITY)
    except TypeError:
        # Before aws-cdk-lib 2.172 Aspects had no priorities.
        Aspects.of(construct).add(aspect)
