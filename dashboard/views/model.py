"""What the model card shows: facts, tables and figures, all of them from the manifest."""

from typing import Any, Final

import pandas as pd

from analytics.prediction.features import column_of
from analytics.risk.leaks import FORBIDDEN
from analytics.risk.saved import ModelManifest
from dashboard.charts.chart import Chart
from dashboard.charts.reliability import reliability as reliability_chart
from dashboard.reader import Reader
from dashboard.words import catalogue

MODEL: Final = "xgboost"
SIDES: Final = ("not_entitled_receiver", "entitled_non_receiver")
TOPS: Final = {"5%": "top_5", "10%": "top_10", "20%": "top_20"}
SIDE_FIGURES: Final = ("auc", "calibration_error")
SIDE_SHARES: Final = ("base_rate", *TOPS.values())
PROVINCE_FIGURES: Final = ("auc", "calibration_error", "auc_local", "calibration_error_local")
FAIRNESS: Final = ("group", "value", "measure", "estimate", "low", "high", "n")
EVERYBODY: Final = "all"
"""Name of the group that holds all checks."""
AROUND: Final = "regency mean of "
"""How an input that is a mean of the surroundings is named."""
SAYS: Final = {
    "parity with the baseline": "parity",
    "no clear difference from the baseline": "unclear",
    "better than the baseline": "better",
    "worse than the baseline": "worse",
}
"""What a comparison says to its text."""


def says_key(says: str) -> str:
    """Return the key of the text for what a comparison says."""
    return f"model.says_{SAYS[says]}"


def facts(reader: Reader, manifest: ModelManifest, programme: str) -> list[tuple[str, str]]:
    """Return what the model learnt from and what it is, label and words."""
    words, found = reader.words, manifest.programmes[programme].evaluation
    truth = (
        words("model.truth_checkers")
        if manifest.poorest is None
        else words("model.truth_poorest", share=words.percent(manifest.poorest, decimals=0))
    )
    periods = found.get("periods", ())
    said = {
        "checks": words(
            "model.fact_checks_said",
            checks=words.number(found["checks"]),
            entitled=words.number(found["entitled"]),
            receivers=words.number(found["receivers"]),
            left_out=words.number(found["left_out_too_little_known"]),
        ),
        "places": words(
            "model.fact_places_said",
            villages=words.number(found["villages"]),
            districts=words.number(found["districts"]),
        ),
        "period": words.listed(list(periods)) if periods else words("model.not_recorded"),
        "truth": truth,
        "folds": words(
            "model.fact_folds_said", folds=words.number(found["folds"]), repeats=words.number(found["repeats"])
        ),
        "snapshot": manifest.snapshot
        + ("" if manifest.snapshot == reader.snapshot else f" ({words('model.older_snapshot')})"),
        "model": manifest.id,
        "made": words.moment(manifest.made_at, zone=reader.manifest.dataset.timezone),
        "code": manifest.code_version,
        "seed": str(manifest.seed),
    }
    return [(words(f"model.fact_{name}"), text) for name, text in said.items()]


def models(reader: Reader, found: dict[str, Any]) -> pd.DataFrame:
    """Return one row a model."""
    return pd.DataFrame(
        [
            {"model": reader.words(f"model.name_{name}")} | {key: one[key] for key in one if key != "sides"}
            for name, one in found["models"].items()
        ]
    )


def sides(reader: Reader, found: dict[str, Any]) -> pd.DataFrame:
    """Return one row a score and model; a score without checks has none."""
    words = reader.words
    rows = [
        {
            "side": words(f"model.side_{side}"),
            "model": words(f"model.name_{name}"),
            **{key: own[key] for key in ("checks", "base_rate", "auc", "calibration_error")},
            **{column: own["precision"][share] for share, column in TOPS.items()},
        }
        for side in SIDES
        for name, own in ((name, one["sides"][side]) for name, one in found["models"].items())
        if own["checks"]
    ]
    return pd.DataFrame(rows)


def reliability(reader: Reader, *, side: str, programme: str, model: str) -> Chart | None:
    """Predicted beside observed among the families that a score speaks of; `model` tells trainings apart."""
    manifest = reader.model()
    if manifest is None or manifest.id != model:
        return None
    rows = manifest.programmes[programme].evaluation["reliability"][side]
    measure = reader.words(f"model.observed_{side}")
    return reliability_chart(
        pd.DataFrame(rows, columns=["predicted", "observed", "weight", "n"]), words=reader.words, measure=measure
    )


def elsewhere(reader: Reader, found: dict[str, Any]) -> list[str]:
    """Return what the model is worth forward in time, in unseen provinces, and with permuted answers."""
    words, later = reader.words, found["forward_in_time"]
    said = [words("model.no_later")]
    if later:
        said = [
            words(
                "model.later",
                until=later["learnt_until"],
                period=later["period"],
                checks=words.number(later["checks"]),
                area=words.number(later["auc"], decimals=3),
                error=words.number(later["calibration_error"], decimals=3),
            )
        ]
    said.append(words("model.provinces_below" if found["unseen_provinces"] else "model.no_provinces"))
    return [*said, words("model.permuted", area=words.number(found["permuted_auc"], decimals=3))]


def provinces(found: dict[str, Any]) -> pd.DataFrame:
    """Return one row a province that the model had not seen."""
    return pd.DataFrame(found["unseen_provinces"])


def fairness(reader: Reader, found: dict[str, Any]) -> pd.DataFrame:
    """Return one row a group of families and measure; empty where groups were not evaluated."""
    rows = [
        row
        | {
            "group": _group(reader, row["group"]),
            "value": _group_value(reader, row["group"], row["value"]),
            "measure": _text(reader, f"model.measure_{row['measure']}", row["measure"]),
        }
        for row in found.get("fairness") or []
    ]
    return pd.DataFrame(rows, columns=list(FAIRNESS))


def _group(reader: Reader, group: str) -> str:
    own = {EVERYBODY: "model.everybody", "district": "rules.by_district"}
    return _text(reader, own.get(group, f"targeting.group_{group}"), group)


def _group_value(reader: Reader, group: str, value: str) -> str:
    if group == "district":
        return reader.place(value)
    return _text(reader, "model.everybody" if group == EVERYBODY else f"targeting.{group}_{value}", value)


def _text(reader: Reader, key: str, code: str) -> str:
    """Return a text, or the code itself where a newer or older model speaks of what the texts do not know."""
    return reader.words(key) if key in catalogue() else code


def own_inputs(reader: Reader, manifest: ModelManifest) -> list[str]:
    """Return the parts of a family's record that the model looks at, in words."""
    columns = dict.fromkeys(column_of(name) for name in manifest.inputs if not name.startswith(AROUND))
    return [_text(reader, f"model.input_{name}", name) for name in columns]


def around_count(manifest: ModelManifest) -> int:
    """Return how many inputs are means of the surroundings."""
    return sum(name.startswith(AROUND) for name in manifest.inputs)


def never_inputs(reader: Reader) -> list[str]:
    """Return what no input may bear, in words; several names of one thing are said once."""
    return list(dict.fromkeys(reader.words(f"model.never_{name.strip('_')}") for name in FORBIDDEN))
