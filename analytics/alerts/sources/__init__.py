"""How each kind of alert is measured: a function from the ground and the entry to what was found, place by place.

Places that cannot be measured (no such data, too few rows) give no observation.
"""

from collections.abc import Callable, Mapping
from typing import Final

from analytics.alerts.catalogue import Entry, Source
from analytics.alerts.ground import Ground
from analytics.alerts.observation import Observation
from analytics.alerts.sources.checks import declared_figure, estimate, gap
from analytics.alerts.sources.counts import part_of, share, trend_signal
from analytics.alerts.sources.models import calibration, drift, duplicates
from analytics.alerts.sources.publishing import age, quarantine, refused

Measure = Callable[[Ground, Entry], list[Observation]]
SOURCES: Final[Mapping[Source, Measure]] = {
    "share": share, "part_of": part_of, "estimate": estimate, "declared": declared_figure, "gap": gap,
    "trend": trend_signal, "quarantine": quarantine, "age": age, "refused": refused, "drift": drift,
    "calibration": calibration, "duplicates": duplicates,
}  # fmt: skip
