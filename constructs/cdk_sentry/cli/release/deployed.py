"""Which release is deployed, and to which environments: the functions say so."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..aws import Aws
from ..errors import CommandError
from ..parallel import in_parallel
from ..stacks import resources_of


@dataclass(frozen=True)
class DeployedRelease:
    """A release that functions of a stack run.

    Attributes:
        name: as events are tagged with.
        environments: of the functions that run it, in order.
        functions: their names, in order.
    """

    name: str
    environments: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True)
class _Function:
    name: str
    release: str | None
    environment: str | None


def deployed_releases(aws: Aws, stack: str) -> list[DeployedRelease]:
    """Every release that functions of a stack run; one, unless somebody configured it otherwise.

    Args:
        aws: the account and region.
        stack: name or ARN.

    Raises:
        CommandError: there is no such stack, or none of its functions has a release.
    """
    resources = resources_of(aws, stack)
    names = [each.physical_id for each in resources if each.kind == "AWS::Lambda::Function" and each.physical_id]
    functions = [each for each in _configurations(aws, names) if each.release]
    if not functions:
        raise CommandError(
            f"no function of {stack!r} has a release ({len(names)} looked at): deploy it with SentryMonitoring, from a "
            "Git checkout or with release=Release.literal(...)"
        )
    return [_release(name, functions) for name in sorted({str(each.release) for each in functions})]


def _release(name: str, functions: Iterable[_Function]) -> DeployedRelease:
    running = [each for each in functions if each.release == name]
    environments = sorted({each.environment for each in running if each.environment})
    return DeployedRelease(name, tuple(environments), tuple(sorted(each.name for each in running)))


def _configurations(aws: Aws, names: list[str]) -> list[_Function]:
    client = aws.client("lambda")

    def ask(name: str) -> _Function:
        answer = client.get_function_configuration(FunctionName=name)
        variables = answer.get("Environment", {}).get("Variables", {})
        return _Function(name, variables.get("SENTRY_RELEASE"), variables.get("SENTRY_ENVIRONMENT"))

    return in_parallel(ask, names)
