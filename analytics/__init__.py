"""Pure functions from published snapshots to measured results, and the command line."""

__version__ = "0.1.0"
