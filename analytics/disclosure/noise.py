"""Differentially private tables: counts with noise, whose guarantee holds whatever else a reader knows."""

from dataclasses import dataclass
from math import exp
from typing import Any

import pandas as pd

from analytics.disclosure.attack import COUNT
from analytics.disclosure.budget import Budget
from analytics.disclosure.errors import BudgetError


@dataclass(frozen=True, kw_only=True)
class Release:
    """A noisy table.

    Attributes:
        table: Dimensions and `n` with noise; negative counts are part of it and keep sums unbiased.
        epsilon: What it cost.
        left: What its data set may still spend.
        margin: Half-width within which the noise of one count stays with 95 %.
    """

    table: pd.DataFrame
    epsilon: float
    left: float
    margin: int


def release(
    table: pd.DataFrame, *, dataset: str, name: str, epsilon: float, budget: Budget, cells_per_family: int = 1
) -> Release:
    """Spend ε and return the counts with discrete Laplace noise (OpenDP's `make_laplace`).

    The unit of protection is a family: with or without it the table is nearly as likely, up to e^ε. The rows of `table`
    must not depend on the data: give every possible cell, those of 0 as well, else that a cell is there tells of it.

    Args:
        table: Dimensions and `n`, one row a possible cell.
        dataset: Whose budget.
        name: The release's name, once for each data set.
        epsilon: What it may cost.
        budget: The ledger.
        cells_per_family: Most cells that one family counts in: 12 for a year of monthly payments, by one each.

    Raises:
        BudgetError: more than is left, the name is used, ε is not above 0, or a family counts in no cell.
    """
    import opendp.prelude as dp  # noqa: PLC0415 - loads OpenDP

    if cells_per_family < 1 or epsilon <= 0:
        raise BudgetError(
            "This is no release with a guarantee.",
            cause=f"ε is {epsilon:g} and a family counts in {cells_per_family} cells.",
            next_step="Give an ε above 0, such as 0.1, and the most cells, at least one, that a family can count in.",
        )
    dp.enable_features("contrib")
    domain = dp.vector_domain(dp.atom_domain(T="i64"))
    scale = cells_per_family / epsilon
    noisy: Any = dp.m.make_laplace(domain, dp.l1_distance(T="i64"), scale=scale)
    # The ledger keeps what OpenDP promises, which may lie above what was asked for.
    cost = max(epsilon, float(noisy.map(cells_per_family)))
    left = budget.spend(dataset, name, epsilon=cost)
    counts = noisy([int(count) for count in table[COUNT]])
    return Release(table=table.assign(**{COUNT: counts}), epsilon=cost, left=left, margin=margin(scale))


def margin(scale: float, *, level: float = 0.95) -> int:
    """Return the half-width within which discrete Laplace noise stays with probability `level` at least.

    P(|X| ≤ k) = 1 - 2 a^(k+1) / (1 + a), a = exp(-1 / scale): summed from P(X = x) = (1 - a) / (1 + a) a^|x|.
    """
    a, k = exp(-1 / scale), 0
    while 1 - 2 * a ** (k + 1) / (1 + a) < level:
        k += 1
    return k
