"""Who is reached and what they get: coverage and incidence by rank, concentration, targeting indices.

All counts are sums of weights: household weights for households, household weight × size for people.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analytics.estimation.inputs import (
    EstimationError,
    FloatArray,
    amounts,
    require_columns,
    require_known,
    require_share,
)

POOREST = 0.4
"""Deciles 1 to 4, the ceiling of PKH and Sembako."""


class Floor(NamedTuple):
    """The smallest errors that arithmetic allows, as shares."""

    inclusion: float
    """Of receivers."""
    exclusion: float
    """Of the entitled."""


def floor(coverage: float, entitled: float) -> Floor:
    """Return the errors that remain when a programme of this size reaches the entitled first.

    Source: arithmetic. Of c receivers at most p can be entitled; of p entitled at most c can receive.

    Args:
        coverage: Share of all that receives, c.
        entitled: Share of all that is entitled, p.

    Raises:
        EstimationError: A share outside [0, 1].

    >>> floor(0.5, 0.25)
    Floor(inclusion=0.5, exclusion=0.0)
    """
    require_share(coverage, of="coverage")
    require_share(entitled, of="entitled share")
    return Floor(
        inclusion=(coverage - entitled) / coverage if coverage > entitled else 0.0,
        exclusion=(entitled - coverage) / entitled if coverage < entitled else 0.0,
    )


def incidence(groups: pd.DataFrame, *, rank: str = "decile") -> pd.DataFrame:
    """Return coverage and benefit incidence by rank.

    Source: Demery 2003, Analyzing the Incidence of Public Spending (World Bank).

    Args:
        groups: Columns `rank` (1 the poorest), people, receivers (part of people), amount (rupiah to them). Rows of
            the same rank are summed. People of unknown rank belong in no row.
        rank: Name of the rank's column.

    Returns:
        One row per rank, poorest first: rank, people, receivers, amount, coverage (receivers / people),
        share_of_people, share_of_receivers, share_of_amount, amount_per_person and amount_per_receiver (rupiah).
        Shares of nothing are NaN.

    Raises:
        EstimationError: A missing column, unknown rank, negative total, or more receivers than people.
    """
    by_rank = _by_rank(groups, ["people", "receivers", "amount"], rank=rank)
    people, receivers, amount = (by_rank[name].to_numpy() for name in ("people", "receivers", "amount"))
    if bool(np.any(receivers > people * (1 + 1e-9))):
        raise EstimationError(
            "More receivers than people in a rank.",
            cause="Receivers are a part of the people of their rank.",
            next_step="Count both with the same weights and unit (households or people).",
        )
    return by_rank.assign(
        coverage=_share(receivers, people),
        share_of_people=_share(people, people.sum()),
        share_of_receivers=_share(receivers, receivers.sum()),
        share_of_amount=_share(amount, amount.sum()),
        amount_per_person=_share(amount, people),
        amount_per_receiver=_share(amount, receivers),
    )


def concentration_curve(groups: pd.DataFrame, *, rank: str = "decile", amount: str = "amount") -> pd.DataFrame:
    """Return the concentration curve: the share of `amount` that goes to the poorest share of people.

    Source: Kakwani 1977 (Econometrica 45:719).

    Args:
        groups: Columns `rank` (low is poor), people, `amount`; rows of the same rank are summed.
        rank: Name of the rank's column: a decile or consumption itself.
        amount: Name of the column that is shared out: rupiah, or receivers.

    Returns:
        Columns people and amount, cumulative shares from (0, 0) to (1, 1); NaN where there is nothing to share.

    Raises:
        EstimationError: A missing column, unknown rank or negative total.
    """
    by_rank = _by_rank(groups, ["people", amount], rank=rank)
    return pd.DataFrame(
        {
            name: np.append(0.0, np.cumsum(_share(total, total.sum())))
            for name, total in (("people", by_rank["people"].to_numpy()), ("amount", by_rank[amount].to_numpy()))
        }
    )


def concentration_coefficient(groups: pd.DataFrame, *, rank: str = "decile", amount: str = "amount") -> float:
    """Return the concentration coefficient: below 0 the poor get more than their share, 0 equal shares, above 0 less.

    Twice the area between the diagonal and the curve, C = Σ (p_t L_t+1 − p_t+1 L_t) for grouped data. Source: Fuller &
    Lury 1977; Kakwani, Wagstaff & van Doorslaer 1997 (Journal of Econometrics 77:87), whose sign is kept. Arguments and
    errors as in `concentration_curve`. Between -1 and 1; NaN where there is nothing to share.
    """
    curve = concentration_curve(groups, rank=rank, amount=amount)
    people, received = curve["people"].to_numpy(), curve["amount"].to_numpy()
    return float(np.sum(people[:-1] * received[1:] - people[1:] * received[:-1]))


def cgh_index(groups: pd.DataFrame, *, poorest: float = POOREST, rank: str = "decile", amount: str = "amount") -> float:
    """Return the share of benefits that reaches the poorest over their share of people: 1 is no targeting at all.

    Source: Coady, Grosh & Hoddinott 2004, Targeting of Transfers in Developing Countries (median of 122 programmes:
    1.25). Between two ranks the curve is a straight line. Further arguments and errors as in `concentration_curve`.

    Args:
        groups: As in `concentration_curve`.
        poorest: Share of people that counts as poor, in (0, 1); give the entitled share to judge by entitlement.
        rank: Name of the rank's column.
        amount: Name of the column that is shared out.
    """
    require_share(poorest, of="poorest share", open_ends=True)
    curve = concentration_curve(groups, rank=rank, amount=amount)
    return float(np.interp(poorest, curve["people"], curve["amount"])) / poorest


def targeting_differential(
    *, entitled: float, entitled_receivers: float, others: float, other_receivers: float
) -> float:
    """Return the coverage of the entitled minus that of the others: 1 is perfect, 0 a lottery, -1 perfectly wrong.

    Source: Ravallion 2000 (World Bank Economic Review 14:331); Galasso & Ravallion 2005. All four are sums of weights;
    NaN where a group is empty.

    Raises:
        EstimationError: Receivers that are negative or more than their group.
    """
    for group, receivers in ((entitled, entitled_receivers), (others, other_receivers)):
        if not 0 <= receivers <= group:
            raise EstimationError(
                f"{receivers} receivers in a group of {group}.",
                cause="Receivers are a part of their group.",
                next_step="Count both with the same weights.",
            )
    if entitled == 0 or others == 0:
        return float("nan")
    return entitled_receivers / entitled - other_receivers / others


def _by_rank(groups: pd.DataFrame, columns: list[str], *, rank: str) -> pd.DataFrame:
    """Check and sum `columns` by rank, poorest first."""
    require_columns(groups, [rank, *columns], of="incidence")
    require_known(groups, [rank], of="incidence")
    checked = groups[[rank]].assign(**{name: amounts(groups, name, of="incidence") for name in columns})
    return checked.groupby(rank, sort=True, observed=True, as_index=False)[columns].sum()


def _share(part: FloatArray, whole: FloatArray | float) -> FloatArray:
    """Return `part / whole`, NaN where `whole` is 0."""
    base = np.broadcast_to(np.asarray(whole, dtype=np.float64), part.shape)
    shares: FloatArray = np.divide(part, base, out=np.full(part.shape, np.nan), where=base > 0)
    return shares
