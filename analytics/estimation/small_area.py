"""Shares of small areas: each area's own estimate drawn towards what the other areas say of it.

With 40 checks a sub-district's own interval is some 35 points wide. The area-level model of Fay & Herriot 1979 (JASA
74:269), value_i = x_i'β + u_i + e_i with var(u) = σ² and var(e) = the sampling variance, borrows from the other areas
and from covariates known of all areas; an area without a sample gets x_i'β with its own, larger error.

REML gives σ² = 0 in 21–36 % of samples of 25 areas × 40 checks that truly vary by 5 points. By default σ² is therefore
not estimated by one number: estimates are means over its posterior, intervals its quantiles. The prior is flat in σ
where σ² is small against the sampling variances (Gelman 2006, Bayesian Analysis 1:515) and flat in σ² where it is large
(the prior under which the posterior variance is unbiased for the mean squared error to second order when the sampling
variances are equal, Datta, Rao & Smith 2005, Biometrika 92:183). It was chosen by simulation among eight.

Coverage of nominal .95 and RMSE over that of the areas' own estimates; 25 areas × 8 villages × 5 households, ICC .15,
beta-distributed true shares (mean ± sd), each without, with a covariate of correlation .7; 2,000 samples for the first
and fourth line and the RMSE, 1,500 to 2,000 for the others:

| method | .30 ± .05 | .30 ± .075 | .30 ± .10 | .08 ± .03 | .08 ± .05 |
|---|---|---|---|---|---|
| this prior | .952, .969 | .939, .949 | .940, .939 | .949, .966 | .936, .939 |
| flat in σ | .946, .966 | .932, .945 | .937, .933 | .943, .962 | .928, .933 |
| flat in σ² | .970, .980 | .951, .966 | .947, .954 | .964, .976 | .943, .953 |
| REML, Prasad–Rao | .953, .977 | .939, .951 | .939, .937 | .950, .973 | .932, .936 |
| Li & Lahiri 2010 | .970, .980 | .951, .964 | .946, .954 | .961, .973 | .941, .952 |
| Yoshimori & Lahiri 2014 | .962, .981 | .937, .955 | .941, .943 | .954, .975 | .933, .942 |
| RMSE ratio, this prior | .55, .49 | .69, .59 | .79, .69 | .55, .49 | .73, .64 |

These are averages over areas. The area whose true share is the highest is covered in 59–74 % of samples without a
covariate and 72–91 % with one: the price of borrowing, in every method above. Who must judge one area by itself takes
its own interval (`ratios`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.estimation.area_model import (
    SPARE_AREAS,
    checked,
    conditional,
    floats,
    posterior,
    quantile,
    restricted,
    third_term,
)
from analytics.estimation.inputs import EstimationError, FloatArray, require_columns, require_share
from analytics.estimation.intervals import LEVEL
from analytics.estimation.ratio import EDGE_ICC, LEAST_EFFECT, TRUSTED_EVENTS

__all__ = ["SPARE_AREAS", "SmallAreas", "SmoothedVariances", "fay_herriot", "posterior_draws", "smoothed_variances"]

Method = Literal["bayes", "reml"]

LEAST_PREDICTED = 0.25
"""Predicted shares stay above this part of the pooled share, and so do their complements (assumed): a linear model
may predict 0, where no sampling variance would be left."""


@dataclass(frozen=True, kw_only=True)
class SmallAreas:
    """Estimates of all areas and the model behind them."""

    areas: pd.DataFrame
    """One row per area, index as given: value, low, high, se (the root of the mean squared error, not cut at the
    bounds), synthetic (x'β, what the model says without the area's own sample), gamma (weight of the area's own
    estimate; 0 without one) and sampled."""
    beta: "pd.Series[float]"
    """Coefficients by name, "intercept" first."""
    sigma2: float
    """Variance between areas that the covariates leave; with "bayes" its posterior mean."""
    method: Method
    sampled: int
    """Areas with an estimate of their own."""


@dataclass(frozen=True, kw_only=True)
class SmoothedVariances:
    """Sampling variances of the areas' own estimates, made steady by one design effect for all."""

    variance: "pd.Series[float]"
    """Per area, index as given; NaN without a value."""
    design_effect: float
    pooled: float
    """The pooled share, never 0 or 1."""


def smoothed_variances(areas: pd.DataFrame, *, predicted: npt.ArrayLike | None = None) -> SmoothedVariances:
    """Return sampling variances v_i = design effect · p̃_i(1 − p̃_i) / n_i for `fay_herriot`.

    An area's own variance is too unsteady for a model: of 8 villages, it is 0 where nobody was counted, and small where
    the share happens to be small, which would draw the model towards low shares. The design effect is Σ n²se² /
    Σ n·p̃(1 − p̃) over the areas, so that the smoothed variances average to the linearised ones; the fewer events
    n·p̃(1 − p̃), the nearer it is drawn to the one assumed in `ratios` (clusters of correlation `EDGE_ICC`). p̃ is the
    pooled share (Σ n·value + ½) / (Σ n + 1), or the prediction. Source: generalised variance functions, Wolter 2007
    (chapter 7); Rivest & Vandal 2003 for their use under a Fay–Herriot model.

    Args:
        areas: One row per area, as `ratios` gives it with `minimum=1`: value (share, NaN without a sample), se
            (linearised; may be NaN or 0), n (rows) and clusters. Columns beside these are ignored.
        predicted: Share per area that a first model predicts (`SmallAreas.areas["synthetic"]`), where covariates set
            areas far apart: a pooled share of .3 gives an area of .05 four times its variance.

    Raises:
        EstimationError: A missing column, a share outside [0, 1], no area with a value, a value without rows or
            clusters, or predictions of another length.
    """
    require_columns(areas, ["value", "se", "n", "clusters"], of="areas")
    value, se, n, clusters = (floats(areas, name) for name in ("value", "se", "n", "clusters"))
    known = np.isfinite(value)
    counted = known & (n > 0) & (clusters > 0)
    problem = ""
    if not known.any():
        problem = "no area has a value"
    elif bool(np.any((value[known] < 0) | (value[known] > 1))):
        problem = "a share lies outside 0 to 1"
    elif bool(np.any(known & ~counted)):
        problem = "an area has a value but no rows or no clusters"
    elif bool(np.any(se[known] < 0)):
        problem = "a standard error is negative"
    if problem:
        raise EstimationError(
            "No sampling variance can be smoothed.",
            cause=f"In the input, {problem}.",
            next_step="Give value, se, n and clusters of each area as `ratios` returns them.",
        )
    pooled = float((np.sum(n[known] * value[known]) + 0.5) / (np.sum(n[known]) + 1))
    share = np.full(len(areas), pooled) if predicted is None else _kept_off(predicted, pooled, count=len(areas))
    spread = share * (1 - share)
    seen = known & np.isfinite(se)
    events = float(np.sum((n * spread)[seen]))
    effect = float(np.sum((n**2 * se**2)[seen])) / events if events > 0 else 1.0
    assumed = 1 + (float(np.sum(n[known]) / np.sum(clusters[known])) - 1) * EDGE_ICC
    trust = events / (events + TRUSTED_EVENTS)
    design_effect = float(np.exp(trust * np.log(max(effect, LEAST_EFFECT)) + (1 - trust) * np.log(max(assumed, 1.0))))
    variance = np.divide(design_effect * spread, n, out=np.full(len(areas), np.nan), where=known)
    return SmoothedVariances(
        variance=pd.Series(variance, index=areas.index, name="variance"), design_effect=design_effect, pooled=pooled
    )


def _kept_off(predicted: npt.ArrayLike, pooled: float, *, count: int) -> FloatArray:
    """Return predicted shares kept off 0 and 1, see `LEAST_PREDICTED`."""
    share = np.asarray(predicted, dtype=np.float64)
    if share.shape != (count,) or not np.isfinite(share).all():
        raise EstimationError(
            "The predicted shares do not fit the areas.",
            cause=f"There must be one finite number for each of {count} areas.",
            next_step="Pass the column synthetic of the model fitted on the same areas.",
        )
    return np.clip(share, LEAST_PREDICTED * pooled, 1 - LEAST_PREDICTED * (1 - pooled))


def fay_herriot(
    areas: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    level: float = LEVEL,
    method: Method = "bayes",
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> SmallAreas:
    """Estimate every area from its own sample, the other areas and covariates.

    Args:
        areas: One row per area.

            | column | holds |
            |---|---|
            | value | the area's own (direct or prediction-powered) estimate; NaN without a sample |
            | variance | its sampling variance from `smoothed_variances`, above 0; ignored where value is NaN |
            | those of `covariates` | finite numbers for all areas, not taken from this sample |
        covariates: Columns of the model; an intercept is always added.
        level: Coverage of the intervals, on average over areas.
        method: "bayes" (see the module) or "reml": σ² by restricted likelihood, mean squared errors g1 + g2 + 2·g3 of
            Datta & Lahiri 2000 (Statistica Sinica 10:613), for areas without a sample σ² + x'cov(β)x, normal intervals;
            as the R package `sae` (Molina & Marhuenda 2015) and `samplics` compute it. For comparison only.
        bounds: What the quantity cannot leave: values and ends of intervals are cut there, so that a cut interval
            holds the truth whenever the uncut one does. None for quantities that are not shares.

    Returns:
        `SmallAreas`. Intervals are those of the mixture of normals over the posterior of σ².

    Raises:
        EstimationError: A missing column; a variance that is not above 0 or a covariate that is not finite; covariates
            that determine each other; fewer sampled areas than coefficients + `SPARE_AREAS`; values far off `bounds`.
    """
    require_share(level, of="level of the interval", open_ends=True)
    model = checked(areas, covariates=covariates, bounds=bounds)
    nodes = posterior(model) if method == "bayes" else restricted(model)
    known = conditional(nodes, model)
    value = nodes.weight @ known.mean
    se = np.sqrt(nodes.weight @ (known.variance + (known.mean - value) ** 2))
    if method == "bayes":
        low, high = (quantile(nodes, known, at=at) for at in (0.5 - level / 2, 0.5 + level / 2))
    else:
        se = np.sqrt(se**2 + 2 * third_term(nodes, model))
        z = float(stats.norm.ppf(0.5 + level / 2))
        low, high = value - z * se, value + z * se
    if bounds is not None:
        value, low, high = (np.clip(numbers, *bounds) for numbers in (value, low, high))
    columns = {
        "value": value,
        "low": low,
        "high": high,
        "se": se,
        "synthetic": nodes.weight @ nodes.beta @ model.x.T,
        "gamma": nodes.weight @ known.gamma,
        "sampled": model.sampled,
    }
    return SmallAreas(
        areas=pd.DataFrame(columns, index=areas.index),
        beta=pd.Series((nodes.weight @ nodes.beta) / model.scale, index=model.names, name="beta"),
        sigma2=float(nodes.weight @ nodes.sigma2),
        method=method,
        sampled=int(model.sampled.sum()),
    )


def posterior_draws(
    areas: pd.DataFrame, *, generator: np.random.Generator, draws: int, covariates: Sequence[str] = ()
) -> FloatArray:
    """Return joint draws of all areas' true values, draws × areas, not cut at any bound; see `fay_herriot`.

    Joint draws answer what intervals of single areas cannot: ranks, differences, how many areas lie above a limit.

    Raises:
        EstimationError: As `fay_herriot`, or fewer than one draw.
    """
    if draws < 1:
        raise EstimationError(
            f"{draws} draws were asked for.", cause="A simulation needs draws.", next_step="Ask for 1,000 or more."
        )
    model = checked(areas, covariates=covariates, bounds=None)
    nodes = posterior(model)
    node = generator.choice(len(nodes.sigma2), size=draws, p=nodes.weight)
    root = np.linalg.cholesky(nodes.covariance)[node]
    beta = nodes.beta[node] + np.einsum("dpq,dq->dp", root, generator.standard_normal((draws, len(model.names))))
    gamma = conditional(nodes, model).gamma[node]
    own = np.where(model.sampled, model.value, 0.0)
    sd = np.sqrt(nodes.sigma2[node][:, np.newaxis] * (1 - gamma))
    found: FloatArray = (
        gamma * own + (1 - gamma) * (beta @ model.x.T) + sd * generator.standard_normal((draws, len(own)))
    )
    return found
