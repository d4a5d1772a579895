"""Turns faults that kill a function, as CloudWatch Logs tells them, and alarm state changes into Sentry events."""
