"""Is there a DSN, and can it be one."""

from collections.abc import Mapping

from ....dsn_text import DsnParts, dsn_problem
from ..answer import Answer, Unread, error, ok, unknown
from ..check import Check
from ..dsns import place_of
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    if not subject.is_watched:
        return None
    variables = subject.variables
    if isinstance(variables, Unread):
        return unknown(variables.reason)
    if variables.get("SENTRY_DSN"):
        return _in_variable(variables)
    place = place_of(variables)
    if place is None:
        return error("no DSN: neither SENTRY_DSN nor SENTRY_DSN_SSM_PARAMETER nor SENTRY_DSN_SECRET is set")
    found = subject.inventory.dsns[place]
    if isinstance(found, Unread):
        return unknown(f"{place}: {found.reason}")
    return error(found) if found else ok(f"read at run time from {place}", place=str(place))


def _in_variable(variables: Mapping[str, str]) -> Answer:
    dsn = variables["SENTRY_DSN"].strip()
    wrong = dsn_problem(dsn)
    if wrong:
        return error(f"SENTRY_DSN is no DSN: {wrong}")
    parts = DsnParts.of(dsn)
    return ok(f"project {parts.project_id} at {parts.address}", project=parts.project_id, address=parts.address)


CHECK = Check(
    id="dsn",
    title="its DSN is there",
    meaning="Whether the function knows where to send: a DSN in SENTRY_DSN, or an SSM parameter or a secret that "
    "exists and holds one.",
    why="Without a DSN nothing is reported, and nothing else says so: the function works as before.",
    how="SENTRY_DSN is looked at; what is read at run time is read once here, and not shown. Whether the function's "
    "own role may read it is not asked; the layer says in the function's log if it may not.",
    remedy="Store it with `cdk-sentry dsn put`, then deploy the stack again; CloudFormation reads the parameter then.",
    ask=_ask,
)
