"""Field checks: planning and drawing them, lists for the checkers, bringing their results back.

A result may enter an estimate because its draw is on record: frame, strata, seed, and for each family the probability
with which it was drawn. `register.py` keeps that; it holds pseudonyms, no name and no number of a person.
"""

from validation.errors import TepatError


class AuditError(TepatError):
    """A plan, draw or list that cannot be made as asked."""
