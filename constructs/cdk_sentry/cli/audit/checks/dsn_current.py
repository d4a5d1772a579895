"""Is its DSN still the one that is stored."""

from ..answer import Answer, Unread, ok, unknown, warning
from ..check import Check
from ..dsns import Copied
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    name = subject.function.dsn_from
    if name is None:
        return None
    found = subject.inventory.copied[Copied(name, subject.function.known_variables["SENTRY_DSN"])]
    if isinstance(found, Unread):
        return unknown(f"{name}: {found.reason}")
    if found is None:
        return warning(f"{name}, from which its DSN came, is gone: the next deployment fails")
    if not found:
        return warning(f"{name} holds another DSN than the function: it was changed after the deployment")
    return ok(f"as in {name}")


CHECK = Check(
    id="dsn-current",
    title="its DSN is the stored one",
    meaning="Whether a DSN that CloudFormation has taken from an SSM parameter is still what the parameter holds.",
    why="A key that was rotated in Sentry and stored anew reaches functions with their next deployment only. Once the "
    "old key is revoked, what they report is refused, and nothing else says so.",
    how="Where the template takes SENTRY_DSN from a parameter of type AWS::SSM::Parameter::Value, that is read, once "
    "for all functions that share it, and compared; neither value is shown.",
    remedy="Deploy the stack again: CloudFormation reads the parameter with each deployment, also when nothing else "
    "has changed.",
    ask=_ask,
)
