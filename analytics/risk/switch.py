"""The one switch that turns the scores off everywhere."""

from analytics.risk.learners import RiskError
from analytics.settings import Settings


def demand_switched_on(settings: Settings) -> None:
    """Refuse to train, use or show a score while they are switched off.

    Raises:
        RiskError: says how to turn them on.
    """
    if not settings.scores:
        raise RiskError(
            "The scores of suspected mistargeting are switched off.",
            cause="The setting TEPAT_SCORES is false.",
            next_step="Set TEPAT_SCORES=true, or scores = true in tepat.toml, to turn them on.",
        )
