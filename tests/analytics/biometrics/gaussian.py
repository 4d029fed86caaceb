"""A calibration of scores whose truth is known: impostors N(0, 1), genuine pairs N(distance, 1)."""

import numpy as np
from scipy.stats import norm

from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.error_rates import ErrorRate
from analytics.biometrics.evidence.likelihood import ScoreMap

DISTANCE = 4.0
MODEL = "simulated-1"


def log10_lr(score):
    """The likelihood ratio of the two densities."""
    return (DISTANCE * np.asarray(score) - DISTANCE**2 / 2) / np.log(10)


def calibration(*, least_fmr: float = 1e-6) -> Calibration:
    """Return exact rates, twenty to a decade, so that nothing is lost between them."""
    curve = []
    for exponent in np.arange(1, -np.log10(least_fmr) + 1e-9, 0.05):
        fmr = 10.0**-exponent
        threshold = float(norm.isf(fmr))
        missed = float(norm.cdf(threshold - DISTANCE))
        curve.append(
            ErrorRate(
                fmr=fmr,
                threshold=threshold,
                fnmr=missed,
                low=missed * 0.9,
                high=missed * 1.1,
                fmr_low=fmr * 0.8,
                fmr_high=fmr * 1.2,
                impostors=1000,
                genuine=1000,
                fitted=bool(fmr < 1e-4),
            )
        )
    ends = (-10.0, 15.0)
    rising = ScoreMap(method="logistic", scores=ends, log10_lr=tuple(log10_lr(ends)), low=-9.0, high=9.0)
    return Calibration.model_construct(id="k0", model=MODEL, map=rising, curve=tuple(curve))
