"""The alarms: which there are, and one file per AWS service that says what each watches."""

from .alarm import AlarmRule
from .alarms import Alarms
from .severity import Severity

__all__ = ["AlarmRule", "Alarms", "Severity"]
