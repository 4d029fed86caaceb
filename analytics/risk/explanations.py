"""The reasons of single families, for pages and letters: one call, any family."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from analytics.marts.common import with_district
from analytics.prediction.features import COLUMNS
from analytics.risk.calibration import Array
from analytics.risk.contributions import contributions
from analytics.risk.inputs import LEAST_KNOWN, OWN, Matrix, inputs, known_share, own_features
from analytics.risk.learners import RiskError, learners, surroundings
from analytics.risk.reasons import Direction, Group, direction_of, grouped, reason_book, reasons
from analytics.risk.saved import Loaded, ModelManifest, load
from analytics.risk.scoring import demand_same_dataset, paid_now, reached_by
from analytics.risk.similar import Checked, Similar, checked_by_parts
from analytics.risk.switch import demand_switched_on
from analytics.settings import Settings
from analytics.store import Warehouse
from validation.contract import CROSS_CHECKS
from validation.text import Text

State = Literal["reasons", "no_contestable_reason", "too_little_known", "ruled_out"]
MOST_EVIDENCE = 3
"""Recorded values that a reason cites."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A value of the record that a reason rests on."""

    input: str
    name: Text
    value: float
    """A flag is 0 or 1; a school its place in the order of the contract."""
    recorded_by: str
    """Register that says so, empty where the record names none."""
    recorded_on: date | None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One group that points where the suspicion does, and which record to correct where it is wrong."""

    group: str
    name: Text
    says: Text
    correct: Text
    where: Text
    pull: float
    """Logits in the direction of the suspicion, relative to the reference."""
    evidence: tuple[Evidence, ...]
    """Recorded values that point that way, strongest first."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a family's score is made of.

    Attributes:
        programme: The score's.
        receives: Paid for it in the latest period: the suspicion is that the family is not entitled, else that it is.
        direction: Where the suspicion points.
        state: Whether there are reasons, and why not.
        says: The state in words.
        entitled: Calibrated probability of being entitled; None without a score.
        reference: The same of the average checked family of the side, which the reasons are relative to.
        reasons: At most three, strongest first.
        contestable_share: Which part of what moves the score towards the suspicion rests on records that can be
            corrected; None without a score, or where nothing moves it there.
        similar: What checks found among the checked families most like it; None where too few were checked.
    """

    programme: str
    receives: bool
    direction: Direction
    state: State
    says: Text
    entitled: float | None = None
    reference: float | None = None
    reasons: tuple[Reason, ...] = ()
    contestable_share: float | None = None
    similar: Similar | None = None


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """Everything that explanations of one programme need; made once a model and snapshot, it takes seconds."""

    programme: str
    model: Loaded
    warehouse: Warehouse
    means: pd.DataFrame
    used: npt.NDArray[np.bool_]
    checked: Checked | None

    def explain(self, family_ids: Sequence[str]) -> dict[str, Explanation]:
        """Return the explanation of each family that the snapshot has; others are left out."""
        rows, reached = self._rows(list(dict.fromkeys(family_ids)))
        if rows.empty:
            return {}
        receives = rows["family_id"].isin(paid_now(self.warehouse, self.programme, family_ids)).to_numpy()
        own = own_features(rows)
        matrix = inputs(own, rows["village"], self.means)
        parts = contributions(self.model, matrix, receives, rows["place"])
        groups = grouped(parts, matrix)
        found = reasons(groups, receives)
        known = known_share(own, self.used) >= LEAST_KNOWN
        explained = {}
        for n, row in enumerate(rows.to_dict("records")):
            side, family = bool(receives[n]), str(row["family_id"])
            if not known[n] or family not in reached:
                explained[family] = self._without(
                    "too_little_known" if family in reached else "ruled_out", receives=side
                )
                continue
            direction = direction_of(receives=side)
            recorded = _recorded(matrix[n], parts.inputs[n] if direction == "entitled" else -parts.inputs[n], row)
            named = [
                _reason(reason_book().group[code], direction, float(pull), recorded)
                for code, pull in zip(found.groups[n], found.pull[n], strict=True)
                if code >= 0
            ]
            share = found.contestable_share[n]
            explained[family] = Explanation(
                programme=self.programme,
                receives=side,
                direction=direction,
                state="reasons" if named else "no_contestable_reason",
                says=reason_book().says.reasons if named else reason_book().says.no_contestable_reason,
                entitled=float(expit(parts.logit[n])),
                reference=float(expit(parts.base[n])),
                reasons=tuple(named),
                contestable_share=float(share) if np.isfinite(share) else None,
                similar=self.checked.near(groups[n], receives=side, family_id=family) if self.checked else None,
            )
        return explained

    def _rows(self, family_ids: Sequence[str]) -> tuple[pd.DataFrame, "pd.Index[Any]"]:
        tables = {name: self.warehouse.table(name) for name in ("families", "regions")}
        families = tables["families"]
        families = families.filter(families.family_id.isin(family_ids))
        about = [f"{name}_{part}" for name in CROSS_CHECKS for part in ("source", "date")]
        chosen = families.select("family_id", "village", *(column.name for column in COLUMNS), *about)
        rows = self.warehouse.run(with_district(chosen, tables).order_by("family_id"))
        return rows.rename(columns={"district": "place"}), reached_by(self.warehouse, families, self.programme)

    def _without(self, state: Literal["too_little_known", "ruled_out"], *, receives: bool) -> Explanation:
        return Explanation(
            programme=self.programme,
            receives=receives,
            direction=direction_of(receives=receives),
            state=state,
            says=getattr(reason_book().says, state),
        )


def explainer(warehouse: Warehouse, settings: Settings, manifest: ModelManifest, programme: str) -> Explainer:
    """Make what explanations of a programme need; keep it while the model and the snapshot are the same.

    Raises:
        ModelError: the model does not know the programme, or a file is not the one that was evaluated.
        RiskError: it was trained on another data set, or the scores are switched off.
    """
    demand_switched_on(settings)
    demand_same_dataset(manifest, warehouse)
    model = load(settings.home, manifest, programme)
    tables = {name: warehouse.table(name) for name in ("families", "regions")}
    means, used = surroundings(warehouse, tables)
    try:
        checked = checked_by_parts(model, learners(warehouse, programme, poorest=manifest.poorest))
    except RiskError:  # a later snapshot may hold fewer checks than the model learnt from
        checked = None
    return Explainer(programme=programme, model=model, warehouse=warehouse, means=means, used=used, checked=checked)


def explanations(
    warehouse: Warehouse, settings: Settings, manifest: ModelManifest, programme: str, family_ids: Sequence[str]
) -> dict[str, Explanation]:
    """Explain the scores of some families, by family_id; one that the snapshot does not have is left out.

    Raises:
        ModelError: the model does not know the programme, or a file is not the one that was evaluated.
        RiskError: it was trained on another data set, or the scores are switched off.
    """
    return explainer(warehouse, settings, manifest, programme).explain(family_ids)


def _recorded(matrix: Matrix, pull: Array, row: dict[Any, Any]) -> dict[str, Evidence]:
    """Return the recorded values of a family that point where the suspicion does, by input, strongest first."""
    names = {name: text for group in reason_book().group for name, text in group.inputs.items()}
    pointing = [place for place in range(len(OWN)) if np.isfinite(matrix[place]) and pull[place] > 0]
    return {
        OWN[place]: _evidence(OWN[place], names[OWN[place]], float(matrix[place]), row)
        for place in sorted(pointing, key=lambda place: -pull[place])
    }


def _evidence(name: str, text: Text, value: float, row: dict[Any, Any]) -> Evidence:
    source, day = (row[f"{name}_source"], row[f"{name}_date"]) if name in CROSS_CHECKS else (None, None)
    return Evidence(
        input=name,
        name=text,
        value=value,
        recorded_by="" if pd.isna(source) else str(source),
        recorded_on=None if pd.isna(day) else pd.Timestamp(day).date(),
    )


def _reason(group: Group, direction: Direction, pull: float, recorded: dict[str, Evidence]) -> Reason:
    if group.correct is None or group.where is None:
        raise ValueError(f"the group {group.id} is never a reason")
    cited = [evidence for name, evidence in recorded.items() if name in group.inputs]
    return Reason(
        group=group.id,
        name=group.name,
        says=group.points(direction),
        correct=group.correct,
        where=group.where,
        pull=pull,
        evidence=tuple(cited[:MOST_EVIDENCE]),
    )
