"""How much an alarm matters."""

from enum import StrEnum


class Severity(StrEnum):
    """Whether somebody should be woken.

    CRITICAL: users see failures or data is being lost; look now.
    WARNING: nothing is lost yet; look in working hours.
    """

    CRITICAL = "critical"
    WARNING = "warning"
