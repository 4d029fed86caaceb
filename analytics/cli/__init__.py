"""The command line `tepat`: thin commands over the library; errors to standard error with exit status 2."""

from analytics.cli.app import main

__all__ = ["main"]
