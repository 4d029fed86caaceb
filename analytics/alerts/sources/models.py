"""Alerts on the scores and on the search for duplicates; without a model or a search there is none."""

from analytics.adjudication.overview import runs_of
from analytics.alerts.catalogue import Entry
from analytics.alerts.ground import Ground
from analytics.alerts.observation import Observation, against
from analytics.disclosure.thresholds import LEAST_DENOMINATOR
from analytics.risk.drift import label_shift
from analytics.risk.histograms import counted, stability
from analytics.risk.saved import ModelError, ModelManifest, current


def drift(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the largest stability index of the model's inputs against its training."""
    manifest = _model(ground)
    if manifest is None or manifest.reference is None:
        return []
    before = manifest.reference.features
    now = counted(ground.warehouse.table("families"), before, ground.warehouse.run)
    return [against(entry, max(stability(before[name], now[name]) for name in before))] if before else []


def calibration(ground: Ground, entry: Entry) -> list[Observation]:
    """Return how far the model's level is from what random checks after training found, of each programme."""
    manifest = _model(ground)
    if manifest is None:
        return []
    found = []
    for programme in manifest.programmes:
        shift = label_shift(manifest, ground.warehouse, ground.settings, programme)
        if shift is not None:
            low, high = (shift.low, shift.high) if shift.shift >= 0 else (-shift.high, -shift.low)
            found.append(against(entry, abs(shift.shift), low=low, high=high, n=shift.checks, programme=programme))
    return found


def duplicates(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the pairs a person searched of the last search, as a multiple of those of the one before."""
    runs = runs_of(ground.database, ground.manifest.dataset.name).head(2)
    if len(runs) < 2:
        return []
    pairs = (runs["review"] + runs["probable"]).astype(float)
    people = runs["people"].astype(float)
    if pairs.iloc[1] < LEAST_DENOMINATOR or not (people > 0).all():
        return []
    rates = (pairs / people).tolist()
    return [against(entry, rates[0] / rates[1], n=int(pairs.iloc[0]))]


def _model(ground: Ground) -> ModelManifest | None:
    if not ground.settings.scores:
        return None
    try:
        return current(ground.settings.home, ground.manifest.dataset.name)
    except ModelError:
        return None
