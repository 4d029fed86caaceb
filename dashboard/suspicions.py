"""What the scores of the shown snapshot say of a budget of visits; read from cells, cached by snapshot and model.

No family stands here: pages show expectations of a side, its districts and bands, never a row of a family.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

from analytics.disclosure import SMALLEST, hidden_in_list
from analytics.risk.budget import Bought, Costs, Reliability, bought, by_band, by_district, curve
from analytics.risk.cells import SIDES, cells_path, read_cells
from analytics.risk.saved import ModelError, ModelManifest, current
from analytics.settings import settings
from dashboard.reader import Reader
from validation.contract import LEVELS

State = Literal["off", "no_model", "no_programme", "no_scores", "stale", "ready"]
LISTS: Final = tuple(SIDES)
"""Both scores, in the order shown."""
BUDGETS: Final = (10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000,
                  15_000, 20_000, 30_000, 50_000, 75_000, 100_000)  # fmt: skip
"""Visits that can be chosen."""
BUDGET: Final = 200
"""Visits unless the reader says otherwise: about two weeks of ten pairs of officers (assumed)."""
POINTS: Final = 60
BEYOND: Final = 2.5
"""The curve runs to this many times the budget, or to the last family."""
COSTS: Final = Costs()
VILLAGE_DEPTH: Final = LEVELS.index("village")
HIDDEN_WITH_VISITS: Final = ("visits", "precision", "innocent", "at_risk")


@dataclass(frozen=True)
class Budget:
    """A budget of visits in an area, on the scores of one model; hashable, as figures are kept by it."""

    dataset: str
    snapshot: str
    model: str
    programme: str
    area: str
    visits: int

    def bought(self, side: str) -> Bought:
        """Return what the budget comes to on a side."""
        return _bought(self, side)

    def curve(self, side: str) -> pd.DataFrame:
        """Return precision, interval and share found up to beyond the budget, which is one of the points."""
        own = self.bought(side)
        last = min(round(self.visits * BEYOND), own.scored)
        points = {max(round(last * step / POINTS), min(SMALLEST, own.scored)) for step in range(1, POINTS + 1)}
        return curve(
            self.cells(side), budgets=sorted(points | {own.visits}), costs=COSTS, reliability=self.reliability(side)
        )

    def districts(self, side: str) -> pd.DataFrame:
        """Return what each visited district gets, small numbers empty; see `hide_small`."""
        return _districts(self, side)

    def bands(self, side: str) -> pd.DataFrame:
        """Return what each band of the score gets, small numbers empty."""
        return _bands(self, side)

    def reliability(self, side: str) -> Reliability:
        """Return scores beside checks, out of fold."""
        found: Reliability = self._evaluation().get("reliability", {}).get(side, ())
        return found

    def measured(self, side: str) -> dict[str, float]:
        """Return the precision of the highest-scored shares ("5%", …) that checks found out of fold."""
        model = self._evaluation().get("models", {}).get("xgboost", {})
        found: dict[str, float] = model.get("sides", {}).get(side, {}).get("precision", {})
        return found

    def cells(self, side: str) -> pd.DataFrame:
        """Return the cells of a side in the area."""
        found = _cells(self.dataset, self.model, self.snapshot, self.programme)
        found = found[found["side"] == side]
        if self.area:
            inside = (found["district"] == self.area) | found["district"].str.startswith(f"{self.area}.")
            found = found[inside]
        return found

    def _evaluation(self) -> dict[str, Any]:
        return _manifest(self.dataset, self.model).programmes[self.programme].evaluation


def state(reader: Reader, programme: str) -> State:
    """Return what stands in the way of showing scores of a programme, "ready" when nothing does."""
    if not settings().scores:
        return "off"
    model = current_model(reader)
    if model is None:
        return "no_model"
    if programme not in model.programmes:
        return "no_programme"
    path = cells_path(settings(), model, reader.snapshot)
    if path.is_file():
        return "ready"
    return "stale" if scored_snapshots(path.parent) else "no_scores"


def current_model(reader: Reader) -> ModelManifest | None:
    """Return the data set's current model, None when none was trained."""
    try:
        return current(settings().home, reader.manifest.dataset.name)
    except ModelError:
        return None


def scored_snapshots(folder: Path) -> list[str]:
    """Return the snapshots that a model scored, oldest first."""
    return sorted(path.stem.removeprefix("cells-") for path in folder.glob("cells-*.parquet"))


def budget(reader: Reader, model: ModelManifest, *, programme: str, visits: int) -> Budget:
    """Return the budget in the reader's area; a village's is that of its district, as cells know no villages."""
    area = ".".join(reader.filters.area.split(".")[:VILLAGE_DEPTH])
    return Budget(model.dataset, reader.snapshot, model.id, programme, area, visits)


def ignored(reader: Reader) -> list[str]:
    """Return the given filters that scores cannot apply."""
    given = reader.given()
    names = [name for name in given if name in {"channel", "since", "until"}]
    return [*names, "area"] if reader.filters.area.count(".") >= VILLAGE_DEPTH else names


def hide_small(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty families and visits of 1 to 9, and what is told of such visits.

    Where one row alone would be emptied, the next smallest is too: else the total less the others would tell it.
    """
    found = rows.astype({"families": "Int64", "visits": "Int64"})
    for column, hidden in (("families", ["families"]), ("visits", list(HIDDEN_WITH_VISITS))):
        hidden_rows = hidden_in_list(rows[column])
        found.loc[hidden_rows, hidden] = pd.NA
    return found


@st.cache_data(ttl="1h", max_entries=20, show_spinner=False)
def _manifest(dataset: str, model: str) -> ModelManifest:
    found = current(settings().home, dataset)
    if found.id != model:  # trained anew between two reads
        raise ModelError(f"The model {model} is no longer the current one.", next_step="Reload the page.")
    return found


@st.cache_data(ttl="1h", max_entries=20, show_spinner=False)
def _cells(dataset: str, model: str, snapshot: str, programme: str) -> pd.DataFrame:
    return read_cells(cells_path(settings(), _manifest(dataset, model), snapshot), programme)


@st.cache_data(ttl="1h", max_entries=1_000, show_spinner=False)
def _bought(plan: Budget, side: str) -> Bought:
    return bought(plan.cells(side), visits=plan.visits, costs=COSTS, reliability=plan.reliability(side))


@st.cache_data(ttl="1h", max_entries=1_000, show_spinner=False)
def _districts(plan: Budget, side: str) -> pd.DataFrame:
    found = by_district(plan.cells(side), visits=plan.visits, costs=COSTS)
    found = hide_small(found[found["visits"] > 0].reset_index(drop=True))
    return found.sort_values(["visits", "district"], ascending=[False, True], ignore_index=True)


@st.cache_data(ttl="1h", max_entries=1_000, show_spinner=False)
def _bands(plan: Budget, side: str) -> pd.DataFrame:
    return hide_small(by_band(plan.cells(side), visits=plan.visits, costs=COSTS))
