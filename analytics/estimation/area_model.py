"""The area-level model of Fay & Herriot 1979 at every variance between areas, and the posterior of that variance.

value_i = x_i'β + u_i + e_i, var(u_i) = σ², var(e_i) known; `small_area` says why σ² is not estimated by one number.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, special

from analytics.estimation.inputs import BoolArray, EstimationError, FloatArray, require_columns

INTERCEPT = "intercept"

SPARE_AREAS = 5
"""Fewest sampled areas beyond the coefficients (assumed). The posterior of σ² exists from 3 on, but says little."""

NODES = 60
"""Values of σ² that the posterior is summed over: 400 move no end of an interval by .0001 (25 areas)."""

NEGLIGIBLE = 1e-7
"""Densities of σ² below this share of the highest are left out."""

HALVINGS = 30
"""Bisections of the range of a quantile: to a billionth of it."""

REACH = 8.0
"""Standard errors about the mean between which a quantile is sought."""

FAR_OUTSIDE = 4.0
"""Standard errors by which an unbiased estimate of a share (prediction-powered, say) may leave [0, 1] (assumed)."""


class Model(NamedTuple):
    """Checked input: values and variances of sampled areas, covariates of all."""

    x: FloatArray
    """Areas × coefficients, each column divided by its `scale`."""
    scale: FloatArray
    value: FloatArray
    """NaN where not sampled."""
    variance: FloatArray
    sampled: BoolArray
    names: list[str]
    """Of the coefficients."""
    typical: float
    """Harmonic mean of the sampling variances, the size that the prior measures σ² against."""
    reach: float
    """A σ² of the right size: the residual variance without weights, sampling variance included."""


class Nodes(NamedTuple):
    """The model fitted at each of several values of σ², the first axis of every array."""

    sigma2: FloatArray
    weight: FloatArray
    """Posterior probability; a single value has 1."""
    log_density: FloatArray
    """Of the posterior on the scale of u, see `posterior`, without its constant."""
    log_likelihood: FloatArray
    """Restricted."""
    beta: FloatArray
    """Of the scaled columns."""
    covariance: FloatArray
    """Of beta."""


class Areas(NamedTuple):
    """All areas at each value of σ²: arrays of values × areas."""

    mean: FloatArray
    variance: FloatArray
    """g1 + g2 of Prasad & Rao 1990 (JASA 85:163): with σ² known and β estimated."""
    gamma: FloatArray
    """Weight of the area's own estimate, 0 where not sampled."""


def checked(areas: pd.DataFrame, *, covariates: Sequence[str], bounds: tuple[float, float] | None) -> Model:
    """Return the model's arrays, or raise `EstimationError`; see `small_area.fay_herriot`."""
    names = list(covariates)
    require_columns(areas, ["value", "variance", *names], of="areas")
    value, variance = floats(areas, "value"), floats(areas, "variance")
    x = np.column_stack([np.ones(len(areas)), *(floats(areas, name) for name in names)])
    sampled = ~np.isnan(value)
    y, v = value[sampled], variance[sampled]
    problem, step = "", "Give each sampled area its variance from `smoothed_variances`, and covariates to all areas."
    if not np.isfinite(x).all():
        problem = "a covariate is missing or infinite in some area"
    elif not (np.isfinite(y) & np.isfinite(v) & (v > 0)).all():
        problem = "a value is infinite, or the variance of a sampled area is not above 0"
    elif len(y) < x.shape[1] + SPARE_AREAS:
        problem = f"{len(y)} sampled areas are too few for {x.shape[1]} coefficients"
        step = f"Sample {x.shape[1] + SPARE_AREAS} areas or more, or leave covariates out."
    elif bounds is not None and (np.abs(y - np.clip(y, *bounds)) > FAR_OUTSIDE * np.sqrt(v)).any():
        problem = "a value lies far outside the bounds"
        step = "Give shares, not percentages, or other bounds."
    scale = np.sqrt(np.mean(x[sampled] ** 2, axis=0)) if not problem else np.ones(x.shape[1])
    scale[scale == 0] = 1.0
    if not problem and np.linalg.matrix_rank(x[sampled] / scale) < x.shape[1]:
        problem = "a covariate does not vary over the sampled areas, or follows from the others"
        step = "Leave it out."
    if problem:
        raise EstimationError(
            "No model of small areas can be fitted.", cause=f"In the input, {problem}.", next_step=step
        )
    x = x / scale
    residual = y - x[sampled] @ np.linalg.lstsq(x[sampled], y, rcond=None)[0]
    typical = len(v) / float(np.sum(1 / v))
    return Model(
        x=x,
        scale=scale,
        value=value,
        variance=variance,
        sampled=sampled,
        names=[INTERCEPT, *names],
        typical=typical,
        reach=max(float(np.sum(residual**2)) / (len(y) - x.shape[1]), typical),
    )


def floats(areas: pd.DataFrame, name: str) -> FloatArray:
    """Return a column as floats, NaN where empty."""
    return areas[name].to_numpy(dtype=np.float64, na_value=np.nan)


def posterior(model: Model) -> Nodes:
    """Return values of σ² over the range that its posterior fills, with their probabilities.

    The prior is √((σ² + v) / σ²) with v the typical sampling variance: flat in σ where σ² is small against v, flat in
    σ² where it is large. The values are σ² = reach · (u / (1 − u))² for equal steps of u, over all of (0, 1) first,
    then over the part that matters: on this scale a prior flat in σ is finite at 0.
    """
    density = _at(model, _steps(0.0, 1.0)).log_density
    (held,) = np.nonzero(density > density.max() + np.log(NEGLIGIBLE))
    return _at(model, _steps(max(held[0] - 1, 0) / NODES, min(held[-1] + 2, NODES) / NODES))


def restricted(model: Model) -> Nodes:
    """Return the model at the one σ² of the highest restricted likelihood, which may be 0."""
    best = int(np.argmax(_at(model, _steps(0.0, 1.0)).log_likelihood))
    found = optimize.minimize_scalar(
        lambda u: -_at(model, np.array([u])).log_likelihood[0],
        bounds=(max(best - 0.5, 0) / NODES, min(best + 1.5, NODES - 0.5) / NODES),
        method="bounded",
        options={"xatol": 1e-10},
    )
    ends = _at(model, np.array([0.0, float(found.x)]))
    return _at(model, np.array([(0.0, float(found.x))[int(np.argmax(ends.log_likelihood))]]))


def _steps(low: float, high: float) -> FloatArray:
    """Return the middles of `NODES` equal steps."""
    middles: FloatArray = low + (np.arange(NODES, dtype=np.float64) + 0.5) * (high - low) / NODES
    return middles


def _at(model: Model, u: FloatArray) -> Nodes:
    """Fit β by generalised least squares at each value of u."""
    x, value, variance = model.x[model.sampled], model.value[model.sampled], model.variance[model.sampled]
    count = x.shape[1]
    sigma2: FloatArray = model.reach * (u / (1 - u)) ** 2
    precision = 1 / (sigma2[:, np.newaxis] + variance)
    products = (x[:, :, np.newaxis] * x[:, np.newaxis, :]).reshape(len(x), -1)
    information = (precision @ products).reshape(-1, count, count)
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    beta = np.einsum("gpq,gq->gp", covariance, precision @ (x * value[:, np.newaxis]))
    squares = np.sum(precision * (value - beta @ x.T) ** 2, axis=1)
    log_likelihood = 0.5 * (np.log(precision).sum(axis=1) - np.linalg.slogdet(information)[1] - squares)
    # Prior times dσ²/du = 2 · reach · u / (1 − u)³; σ itself is √reach · u / (1 − u) and cancels one factor.
    log_density = log_likelihood + 0.5 * np.log(sigma2 + model.typical) - 2 * np.log1p(-u)
    return Nodes(
        sigma2=sigma2,
        weight=special.softmax(log_density),
        log_density=log_density,
        log_likelihood=log_likelihood,
        beta=beta,
        covariance=covariance,
    )


def conditional(nodes: Nodes, model: Model) -> Areas:
    """Return what is known of each area at each value of σ²."""
    sigma2 = nodes.sigma2[:, np.newaxis]
    gamma = np.where(model.sampled, sigma2 / (sigma2 + np.where(model.sampled, model.variance, 1.0)), 0.0)
    own = np.where(model.sampled, model.value, 0.0)
    leverage = np.einsum("ip,gpq,iq->gi", model.x, nodes.covariance, model.x)
    return Areas(
        mean=gamma * own + (1 - gamma) * (nodes.beta @ model.x.T),
        # σ²(1 − γ) is γ times the sampling variance where there is a sample, and σ² where there is none.
        variance=sigma2 * (1 - gamma) + (1 - gamma) ** 2 * leverage,
        gamma=gamma,
    )


def third_term(nodes: Nodes, model: Model) -> FloatArray:
    """Return g3 of each area, what the estimation of σ² by REML adds; 0 where there is no sample."""
    total = nodes.sigma2[0] + np.where(model.sampled, model.variance, np.inf)
    gamma = conditional(nodes, model).gamma[0]
    third: FloatArray = (1 - gamma) ** 2 / total * 2 / np.sum(total[model.sampled] ** -2.0)
    return third


def quantile(nodes: Nodes, areas: Areas, *, at: float) -> FloatArray:
    """Return a quantile of each area's mixture of normals over σ², by bisection."""
    sd = np.sqrt(areas.variance)
    low, high = (areas.mean - REACH * sd).min(axis=0), (areas.mean + REACH * sd).max(axis=0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = nodes.weight @ special.ndtr((middle - areas.mean) / sd) < at
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found: FloatArray = (low + high) / 2
    return found
