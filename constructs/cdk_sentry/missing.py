"""What nobody has said and nothing here tells: findings about the line itself rather than a function."""

from collections.abc import Sequence

from aws_cdk import Annotations
from constructs import Construct

from .info import add_info
from .notifications import Notify
from .settings import FunctionSettings


def warn_of_what_is_missing(
    line: Construct, settings: FunctionSettings, notify: Sequence[Notify], *, release_wanted: bool
) -> None:
    """Notes at the construct that events will have no release or environment, or that nobody is told of alarms.

    Args:
        line: the construct.
        settings: of all functions.
        notify: who is told.
        release_wanted: whether a release would be given if one were known.
    """
    annotations = Annotations.of(line)
    if settings.release is None and release_wanted:
        annotations.add_warning_v2(
            "cdk_sentry:no-release",
            "No release is set: this is no Git checkout, and no CI service names a commit. "
            "Give release=Release.literal(...), or Release.none() if that is meant.",
        )
    if settings.environment is None:
        annotations.add_warning_v2(
            "cdk_sentry:no-environment",
            "No environment is set, so Sentry files events under 'production': there is no context value "
            "'stage' and no Git branch. Give environment=..., or `-c stage=...`.",
        )
    if not notify:
        add_info(
            line,
            "cdk_sentry:nobody-notified",
            "Alarms go to a topic that nobody has subscribed to. Give notify=[Notify.email(...)].",
        )
