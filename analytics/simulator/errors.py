"""The simulator's own error: a request that it cannot answer."""

from validation.errors import TepatError


class SimulationError(TepatError):
    """A simulation that was asked for in a way that cannot be carried out."""
