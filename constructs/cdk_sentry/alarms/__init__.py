"""The alarms: which there are, and one file per AWS service that says what each watches."""

from .alarm import AlarmRule
from .alarms import Alarms

__all__ = ["AlarmRule", "Alarms"]
