"""Model-assisted shares: the checks say the truth, a model that predicts it for every family narrows the interval.

θ = R_s + λ (F_U − F_s): the share among the checks, corrected by how far the predicted share of the checked families
lies from the predicted share of all families. λ minimises the variance, so a useless model gets 0 and the direct
estimate is back; a biased model biases nothing, since its bias stands in F_U and in F_s. Predictions must come from
models that did not see the family's own village (cross-fitting).

Sources: PPI++, Angelopoulos, Duchi & Zrnic 2023 (arXiv 2311.01453) for the mean and λ; the difference estimator of a
ratio with clusters and strata, Särndal, Swensson & Wretman 1992 (6.8); cross-fitting, Zrnic & Candès 2024 (PNAS 121).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.estimation.clusters import EDGE, Cells, Moments, between_clusters, cluster_cells, divide, moments, total
from analytics.estimation.inputs import BoolArray, EstimationError, FloatArray, amounts, require_columns, require_share
from analytics.estimation.intervals import LEVEL
from analytics.estimation.ratio import EDGE_ICC, MINIMUM_DENOMINATOR, interval, labelled

PREDICTED = ["predicted_numerator", "predicted_denominator"]
EXTRA = ["direct", "direct_low", "direct_high", "direct_se", "model_weight"]
"""Columns that a model-assisted estimate has beside those of `Estimate`."""


def assisted(
    totals: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    by: Sequence[str],
    level: float = LEVEL,
    minimum: int = MINIMUM_DENOMINATOR,
    design: pd.DataFrame | None = None,
    edge_icc: float = EDGE_ICC,
    model_weight: float | None = None,
) -> pd.DataFrame:
    """Estimate the share of every domain from cluster totals and predictions for the whole frame.

    One λ serves all domains: small ones could not find their own without paying for it. With a single domain the
    residuals lose one degree of freedom for λ.

    Args:
        totals: As in `ratios`, and for the same rows predicted_numerator and predicted_denominator: Σ w·f, f being the
            predicted part of numerator and denominator.
        frame: One row per domain: `by`, predicted_numerator and predicted_denominator summed over all families of the
            frame; optional variance: of their ratio, where the frame is itself a sample (0 without it).
        by: Columns that name the domain; empty for a single share.
        level: Coverage of the interval.
        minimum: Fewest rows n under a share that is given.
        design: As in `ratios`.
        edge_icc: As in `ratios`.
        model_weight: λ, for comparisons with other software; estimated within [0, 1] without it.

    Returns:
        As `ratios`, and the direct estimate beside it (direct, direct_low, direct_high, direct_se) and model_weight, λ.
        Where the frame has no prediction for a domain, or the corrected share would leave (0, 1), λ is 0.

    Raises:
        EstimationError: As `ratios`; a missing prediction, or a domain twice in the frame.
    """
    require_share(level, of="level of the interval", open_ends=True)
    if model_weight is not None:
        require_share(model_weight, of="weight of the model")
    cells = cluster_cells(totals, by=by, design=design, extra=PREDICTED)
    direct = moments(cells)
    whole, variance = _frame_shares(frame, cells.domains)
    sampled = _sampled_share(cells)
    usable = np.isfinite(whole) & np.isfinite(sampled) & (direct.value > 0) & (direct.value < 1)
    a, b = _influences(cells, direct, sampled, usable=usable)
    weight = _weight(cells, a, b, variance, usable=usable) if model_weight is None else model_weight
    shift = np.where(usable, weight * (whole - sampled), 0.0)
    inside = usable & (direct.value + shift > EDGE) & (direct.value + shift < 1 - EDGE)
    lambdas = np.where(inside, weight, 0.0)
    both = _moments(cells, direct, a - lambdas[cells.domain] * b, lambdas, variance, shift=np.where(inside, shift, 0.0))
    if model_weight is None and len(cells.domains) == 1 and inside.all() and 0 < weight < 1:
        both = _pay_for_weight(both)
    ends, plain = (interval(sums, level=level, edge_icc=edge_icc) for sums in (both, direct))
    columns = {
        "value": both.value, "low": ends.low, "high": ends.high, "se": both.se,
        "direct": direct.value, "direct_low": plain.low, "direct_high": plain.high, "direct_se": direct.se,
        "model_weight": lambdas,
    }  # fmt: skip
    found = labelled(both, columns, minimum=minimum)
    return pd.concat([cells.domains, found[[name for name in found if name not in EXTRA] + EXTRA]], axis="columns")


def _frame_shares(frame: pd.DataFrame, domains: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Return the predicted share of each domain over the whole frame, NaN where there is none, and its variance."""
    names = list(domains.columns)
    require_columns(frame, [*names, *PREDICTED], of="frame")
    sums = frame[names].assign(**{name: amounts(frame, name, of="frame") for name in PREDICTED})
    sums["variance"] = amounts(frame, "variance", of="frame") if "variance" in frame.columns else 0.0
    if len(sums) > 1 and (not names or bool(sums.duplicated(names).any())):
        raise EstimationError(
            "The frame names a domain twice.",
            cause="Each domain has one predicted total.",
            next_step="Sum the frame by domain first.",
        )
    matched = domains.merge(sums, on=names, how="left") if names else sums.reset_index(drop=True)
    share = divide(*(matched[name].to_numpy(dtype=np.float64) for name in PREDICTED))
    return share, matched["variance"].fillna(0.0).to_numpy(dtype=np.float64)


def _sampled_share(cells: Cells) -> FloatArray:
    """Return the predicted share of each domain among the checked families."""
    return divide(*(total(cells, cells.extra[name]) for name in PREDICTED))


def _influences(
    cells: Cells, direct: Moments, sampled: FloatArray, *, usable: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return what each cluster adds to the direct share and to the predicted one, both linearised."""
    numerator, denominator = (cells.extra[name] for name in PREDICTED)
    held = cells.denominator > 0
    a = np.where(held, cells.numerator - direct.value[cells.domain] * cells.denominator, 0.0)
    share = np.where(usable, sampled, 0.0)[cells.domain]
    b = np.where(usable[cells.domain], numerator - share * denominator, 0.0)
    size, predicted = direct.denominator[cells.domain], total(cells, denominator)[cells.domain]
    return divide(a, size, empty=0.0), divide(b, predicted, empty=0.0)


def _weight(cells: Cells, a: FloatArray, b: FloatArray, variance: FloatArray, *, usable: BoolArray) -> float:
    """Return the λ in [0, 1] that makes the sum of the domains' variances least."""
    held = _held(cells)
    plus, minus, own = (between_clusters(cells, u, held=held).variance for u in (a + b, a - b, b))
    covariance = float(((plus - minus) / 4)[usable].sum())
    spread = float((own + variance)[usable].sum())
    return float(np.clip(covariance / spread, 0.0, 1.0)) if spread > EDGE**2 else 0.0


def _moments(
    cells: Cells, direct: Moments, u: FloatArray, lambdas: FloatArray, variance: FloatArray, *, shift: FloatArray
) -> Moments:
    """Return the moments of the corrected share: what of the direct variance remains after correction."""
    between = between_clusters(cells, u, held=_held(cells))
    se = np.sqrt(between.variance + lambdas**2 * variance)
    remaining = np.where(direct.se > 0, direct.remaining * divide(se, direct.se, empty=1.0) ** 2, direct.remaining)
    value = direct.value + shift
    return direct._replace(value=value, se=np.where(direct.se > 0, se, direct.se), remaining=remaining)


def _pay_for_weight(sums: Moments) -> Moments:
    """Return the moments with one degree of freedom less."""
    factor = divide(sums.df.astype(np.float64), (sums.df - 1).astype(np.float64), empty=1.0)
    return sums._replace(
        se=sums.se * np.sqrt(factor), remaining=sums.remaining * factor, df=np.where(sums.df > 1, sums.df - 1, sums.df)
    )


def _held(cells: Cells) -> BoolArray:
    held: BoolArray = (cells.denominator > 0) | (cells.extra["predicted_denominator"] > 0)
    return held
