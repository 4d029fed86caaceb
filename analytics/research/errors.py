"""What goes wrong where data are made ready for research."""

from validation.errors import TepatError


class ResearchError(TepatError):
    """Data that cannot be given to researchers as asked: a table too fine, a protection that cannot be reached."""
