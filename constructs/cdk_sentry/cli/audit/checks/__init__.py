"""What is asked about each function: one check a file."""

from ..check import Check
from . import (
    alarm_actions,
    alarm_state,
    alarms,
    drift,
    dsn,
    dsn_current,
    environment,
    layer_version,
    log_group,
    log_retention,
    log_subscription,
    monitored,
    release,
    runtime_deprecated,
    same_release,
    sample_rate,
)

CHECKS: tuple[Check, ...] = tuple(
    each.CHECK
    for each in (
        monitored,
        layer_version,
        dsn,
        dsn_current,
        environment,
        release,
        same_release,
        sample_rate,
        alarms,
        alarm_actions,
        alarm_state,
        log_group,
        log_retention,
        log_subscription,
        drift,
        runtime_deprecated,
    )
)
"""In the order in which they are listed."""

__all__ = ["CHECKS"]
