"""Sentry on AWS Lambda: nothing until there is something to say, nothing lost, never in the way."""
