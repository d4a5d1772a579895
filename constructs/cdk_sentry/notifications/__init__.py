"""Who is told of an alarm, and how the news gets there."""

from .channels import Notifications
from .notify import Notify, Targets
from .url import Url

__all__ = ["Notifications", "Notify", "Targets", "Url"]
