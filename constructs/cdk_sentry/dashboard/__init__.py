"""The dashboard of one stack: what is broken first, then each part of it in the order data flows."""

from .board import Board
from .logs import log_groups, save_queries
from .page import Page, dashboard_url, fill

__all__ = ["Board", "Page", "dashboard_url", "fill", "log_groups", "save_queries"]
