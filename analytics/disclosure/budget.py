"""The privacy budget: how much each data set has spent on noisy releases, and when it is spent."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from analytics.disclosure.errors import BudgetError

FILE: Final = "privacy.sqlite"
MICRO: Final = 1_000_000
"""ε is kept in whole millionths, so that a sum of parts is exact."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS spent (
    dataset TEXT NOT NULL, release TEXT NOT NULL, micro_epsilon INTEGER NOT NULL CHECK (micro_epsilon > 0),
    at TEXT NOT NULL, PRIMARY KEY (dataset, release)
)"""


class Budget:
    """The ledger of one home: a SQLite file, so that two writers at once cannot both spend the last of it.

    Releases compose sequentially: the ε of a data set is the sum of all its releases, over all its snapshots, since
    the same families are in them (Dwork & Roth 2014, The Algorithmic Foundations of Differential Privacy, section 3.5).
    Nothing expires.

    Args:
        home: Folder of all data.
        epsilon: Most that a data set may spend, ever.
    """

    def __init__(self, home: Path, *, epsilon: float) -> None:
        self._path, self._most = home / FILE, _micro(epsilon)

    def spend(self, dataset: str, release: str, *, epsilon: float) -> float:
        """Note a release before it is made and return the ε that is left; noise that is lost stays paid for.

        Raises:
            BudgetError: more than is left, or a release of that name was made: another draw of noise costs anew.
        """
        asked = _micro(epsilon)
        with self._writing() as database:
            left = self._most - _spent(database, dataset)
            if asked > left:
                raise BudgetError(
                    f"The privacy budget of {dataset} does not allow this release.",
                    cause=f"It asks for ε = {asked / MICRO:g} and {max(left, 0) / MICRO:g} is left.",
                    next_step="Release less often or with a smaller ε; the budget is for good.",
                )
            if database.execute("SELECT 1 FROM spent WHERE (dataset, release) = (?, ?)", (dataset, release)).fetchone():
                raise BudgetError(
                    f"{dataset} has a release of the name {release} already.",
                    cause="Two draws of noise for one table cost twice.",
                    next_step="Use the table that was released, or give the new one its own name.",
                )
            row = (dataset, release, asked, datetime.now(UTC).isoformat(timespec="seconds"))
            database.execute("INSERT INTO spent VALUES (?, ?, ?, ?)", row)
        return (left - asked) / MICRO

    def left(self, dataset: str) -> float:
        """Return the ε that a data set may still spend."""
        with self._writing() as database:
            return max(self._most - _spent(database, dataset), 0) / MICRO

    def ledger(self) -> pd.DataFrame:
        """Return dataset, release, epsilon and at of every release, oldest first."""
        with self._writing() as database:
            rows = database.execute("SELECT dataset, release, micro_epsilon, at FROM spent ORDER BY rowid").fetchall()
        found = pd.DataFrame(rows, columns=["dataset", "release", "epsilon", "at"])
        return found.assign(epsilon=found["epsilon"].astype(float) / MICRO)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as database:
            database.execute(_SCHEMA)
            database.execute("BEGIN IMMEDIATE")  # what is read stays true until it is written
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def _spent(database: sqlite3.Connection, dataset: str) -> int:
    query = "SELECT COALESCE(SUM(micro_epsilon), 0) FROM spent WHERE dataset = ?"
    return int(database.execute(query, (dataset,)).fetchone()[0])


def _micro(epsilon: float) -> int:
    found = round(epsilon * MICRO)
    if found <= 0:
        raise BudgetError(
            "ε must be above 0.", cause=f"It is {epsilon:g}.", next_step="Give an ε such as 0.1; 1 is weak already."
        )
    return found
