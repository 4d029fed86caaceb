"""The regency before anybody registers: families, their welfare, their entitlement, what registers know of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.simulator.arrays import Flags, Number
from analytics.simulator.assets import Assets, draw_assets
from analytics.simulator.crosschecks import CrossChecks, draw_crosschecks
from analytics.simulator.geography import Villages, build_villages
from analytics.simulator.households import Households, build_households
from analytics.simulator.identity import Identities, build_identities
from analytics.simulator.persons import NO_COMPONENT, Traits, draw_traits
from analytics.simulator.welfare import Ranking, Welfare, draw_welfare, entitlement, proxy_means

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Population:
    """The regency; `entitled` is the truth by programme, `has_category` what the exports say (one entry a family)."""

    villages: Villages
    people: Households
    welfare: Welfare
    traits: Traits
    entitled: dict[str, Flags]
    has_category: Flags
    assets: Assets
    ranking: Ranking
    checks: CrossChecks
    identities: Identities


def populate(*, families: int, seed: int, say: Progress) -> Population:
    """Draw the regency."""
    say("villages and families", 0.0)
    villages = build_villages(seed=seed)
    people = build_households(families=families, villages=villages, seed=seed)
    welfare = draw_welfare(people=people, villages=villages, seed=seed)
    say("persons", 0.08)
    traits = draw_traits(people=people, poverty=welfare.standing, seed=seed)
    in_need = np.logical_or.reduceat(traits.component != NO_COMPONENT, people.first)
    entitled = entitlement(people=people, welfare=welfare, has_category=in_need)
    say("assets and cross-checks", 0.16)
    assets = draw_assets(people=people, welfare=welfare, seed=seed)
    checks = draw_crosschecks(people=people, welfare=welfare, assets=assets, seed=seed)
    predictors: Number = np.column_stack((assets.matrix, people.size, people.head_age))
    ranking = proxy_means(welfare=welfare, predictors=predictors, seed=seed)
    say("numbers and names", 0.24)
    return Population(
        villages=villages,
        people=people,
        welfare=welfare,
        traits=traits,
        entitled=entitled,
        has_category=np.logical_or.reduceat(traits.recorded_component != NO_COMPONENT, people.first),
        assets=assets,
        ranking=ranking,
        checks=checks,
        identities=build_identities(people=people, villages=villages, seed=seed),
    )
