"""Faults from outside: one function a stack that reports what kills the others, of any runtime, and its alarms."""

from .faults import Faults

__all__ = ["Faults"]
