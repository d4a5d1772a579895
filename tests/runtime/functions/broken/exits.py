"""Ends the process in init."""

import sys

sys.exit(5)
