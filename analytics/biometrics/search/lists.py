"""Lists of templates around centres: whom to compare where not all pairs can be.

Spherical k-means (Dhillon & Modha 2001, Machine Learning 42:143) on the templates' codes; an inverted file (Jégou et
al. 2011, IEEE PAMI 33:117), but instead of a fixed number of lists a template is compared with those whose centre fits
it almost as well as its own: whoever lies between many centres needs more of them.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.search.exact import padded
from analytics.biometrics.search.pairs import Positions
from analytics.biometrics.search.product import COLUMN_LIMIT, WORD, ZERO, Columns, Product, Rows, positions

ROUNDS = 6
"""Of k-means; more change the cost little."""
TAUGHT = 48
"""Templates for each centre that k-means learns from."""
BLOCK = 512
"""Templates that are held against all centres at a time."""
MOST = 60_000
"""Lists, so that their number fits 16 bits."""


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Centres, and the templates that each is nearest to.

    Attributes:
        centres: Codes of the right side of a product, int8 (k, lists).
        home: The list of each template (n).
        fit: How well its centre fits each template: the product of their codes (n).
        order: Templates by list, int64 (n).
        start: Where a list starts in `order`, int64 (lists + 1).
    """

    centres: Columns
    home: NDArray[np.uint16]
    fit: NDArray[np.int32]
    order: Positions
    start: Positions

    def __len__(self) -> int:
        return int(self.centres.shape[1])

    def members(self, number: int) -> Positions:
        """Return the templates of a list."""
        return self.order[self.start[number] : self.start[number + 1]]

    def loss(self, rows: Rows, i: Positions, j: Positions) -> NDArray[np.int32]:
        """Return how much worse the centre of j fits i than i's own does, int32 (pairs)."""
        centre = self.centres.T[self.home[j]].astype(np.int32)
        others: NDArray[np.int32] = np.einsum("ij,ij->i", rows[i].astype(np.int32) - ZERO, centre)
        return self.fit[i] - others

    def probed(self, rows: Rows, chosen: Positions, loss: int) -> list[tuple[int, Positions]]:
        """Return each list with those of the chosen templates whom its centre fits worse by at most `loss`."""
        product = Product(BLOCK, len(self))
        whom, lists = [], []
        for start in range(0, len(chosen), BLOCK):
            part = chosen[start : start + BLOCK]
            row, number = positions(product(rows[part], self.centres) >= (self.fit[part] - loss)[:, None])
            whom.append(part[row])
            lists.append(number.astype(np.uint16))
        number = np.concatenate(lists)
        # A stable sort of 16 bits is a radix sort: linear.
        template = np.concatenate(whom)[np.argsort(number, kind="stable")]
        ends = np.cumsum(np.bincount(number, minlength=len(self)))
        return [(each, part) for each, part in enumerate(np.split(template, ends[:-1])) if len(part)]


def make_lists(rows: Rows, *, seed: int, threads: int) -> Lists:
    """Return the lists of templates by their codes (n, k): about twice the root of n of them."""
    count = WORD * ceil(min(2 * sqrt(len(rows)), MOST, len(rows)) / WORD)
    rng = np.random.default_rng(seed)
    taught = rows[np.sort(rng.choice(len(rows), min(len(rows), TAUGHT * count), replace=False))]
    points = taught.astype(np.float32) - ZERO
    centres = points[rng.choice(len(points), count, replace=len(points) < count)]
    for _ in range(ROUNDS):
        home, _ = _nearest(taught, _coded(centres), threads)
        order = np.argsort(home, kind="stable")
        filled, first = np.unique(home[order], return_index=True)
        centres[filled] = np.add.reduceat(points[order], first, axis=0)
    coded = _coded(centres)
    home, fit = _nearest(rows, coded, threads)
    start = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=count))])
    return Lists(centres=coded, home=home, fit=fit, order=np.argsort(home, kind="stable"), start=start)


def _coded(centres: NDArray[np.float32]) -> Columns:
    """Return centres (lists, k) of one length as codes of the right side; only their direction counts."""
    unit = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return padded(np.rint(unit * (COLUMN_LIMIT / np.abs(unit).max())).astype(np.int8))


def _nearest(rows: Rows, centres: Columns, threads: int) -> tuple[NDArray[np.uint16], NDArray[np.int32]]:
    home, fit = np.empty(len(rows), np.uint16), np.empty(len(rows), np.int32)

    def assign(first: int) -> None:
        product = Product(BLOCK, centres.shape[1])
        for start in range(first, min(first + width, len(rows)), BLOCK):
            part = slice(start, start + BLOCK)
            fits = product(rows[part], centres)
            home[part] = fits.argmax(axis=1)
            fit[part] = np.take_along_axis(fits, home[part, None].astype(np.int64), axis=1)[:, 0]

    width = 16 * BLOCK
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(assign, range(0, len(rows), width)))
    return home, fit
