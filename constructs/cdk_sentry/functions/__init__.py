"""What happens to one function: found, layered, redirected, configured; one change a file."""
