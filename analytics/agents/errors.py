"""What can go wrong in looking at agents' work."""

from validation.errors import TepatError


class AgentError(TepatError):
    """Agents' work that cannot be looked at, drawn from or filed."""
