"""Marker until the bootstrap lands."""
