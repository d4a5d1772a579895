"""Deployable stacks: the sample."""
