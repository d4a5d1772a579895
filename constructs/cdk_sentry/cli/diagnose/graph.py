"""Which resource gives data to which, and the order in which data flows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..stacks import Resource


@dataclass(frozen=True, slots=True)
class Link:
    """Data goes from one resource to another.

    Attributes:
        source: gives it.
        target: gets it.
        is_pulled: whether the target fetches it, so that the source does not notice if it cannot.
    """

    source: Resource
    target: Resource
    is_pulled: bool = False


@dataclass(frozen=True)
class Flow:
    """Resources and the links between them.

    Attributes:
        resources: all, in the order of the template.
        links: between them.
    """

    resources: Sequence[Resource]
    links: Sequence[Link] = field(default=())

    @cached_property
    def _next(self) -> dict[Resource, list[Resource]]:
        following: dict[Resource, list[Resource]] = {resource: [] for resource in self.resources}
        for link in self.links:
            if link.source in following and link.target in following and link.source != link.target:
                following[link.source].append(link.target)
        return following

    def after(self, resource: Resource) -> list[Resource]:
        """What a resource gives data to, directly."""
        return self._next[resource]

    def before(self, resource: Resource) -> list[Resource]:
        """What gives data to a resource, directly."""
        return [source for source, targets in self._next.items() if resource in targets]

    def downstream(self, resource: Resource) -> set[Resource]:
        """Everything that data of a resource can come to."""
        return self._reached(resource, self.links)

    @staticmethod
    def _reached(start: Resource, links: Iterable[Link]) -> set[Resource]:
        found, waiting = {start}, [start]
        while waiting:
            source = waiting.pop()
            targets = {link.target for link in links if link.source == source} - found
            found |= targets
            waiting += targets
        return found - {start}

    def explains(self, cause: Resource, effect: Resource) -> bool:
        """Whether one sick step can be why another is: data does not come to it, or it cannot get rid of its own."""
        return effect in self._reached(cause, self.links) or cause in self._reached(
            effect, [link for link in self.links if not link.is_pulled]
        )

    def ordered(self) -> list[Resource]:
        """From where data enters to where it ends; where it goes round, from the first that is named.

        What data neither enters nor leaves comes last.
        """
        targets = {target for following in self._next.values() for target in following}
        entries = [each for each in self.resources if each not in targets and self._next[each]]
        alone = [each for each in self.resources if each not in targets and not self._next[each]]
        done: list[Resource] = []
        seen: set[Resource] = set()
        circles = [each for each in self.resources if each in targets]
        # What is done last comes first.
        for entry in [*reversed(entries), *circles]:
            self._finish(entry, seen, done)
        return [*reversed(done), *alone]

    def _finish(self, start: Resource, seen: set[Resource], done: list[Resource]) -> None:
        """Depth first: a resource is done when everything behind it is."""
        if start in seen:
            return
        seen.add(start)
        stack: list[tuple[Resource, Iterable[Resource]]] = [(start, iter(self._reversed(start)))]
        while stack:
            resource, following = stack[-1]
            for target in following:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(self._reversed(target))))
                    break
            else:
                done.append(resource)
                stack.pop()

    def _reversed(self, resource: Resource) -> list[Resource]:
        # The last finished is the first in the order: so the first named comes first.
        return list(reversed(self._next[resource]))
