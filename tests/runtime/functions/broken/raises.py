"""Fails in init."""

import json

settings = json.loads("{no json")
