"""Registrations, face checks, and the way from registration to payment."""

from analytics.metrics.measure import Grain
from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart, withholding
from dashboard.charts.daily_stack import daily_stack
from dashboard.charts.stages import stages as stages_chart
from dashboard.codes import code_name
from dashboard.reader import Reader
from dashboard.views.regions import region_map

STAGES = (
    "stage_registered",
    "stage_checked",
    "stage_verified",
    "stage_decided",
    "stage_eligible",
    "stage_paid",
)


def by_channel(reader: Reader, *, grain: Grain) -> Chart | None:
    """Families registered over time, by channel."""
    found = reader.series("registered_families", "channel", grain=grain)
    if found.empty:
        return None
    words = reader.words
    named = found["channel"].map(lambda code: code_name(words, "channel", code))
    chart = daily_stack(
        found.assign(series=named).sort_values(["when", "channel"], ignore_index=True),
        words=words,
        measure=reader.label("registered_families"),
        series_label=words("filters.name_channel"),
    )
    return withholding(chart, found["reason"], words=words)


def stages(reader: Reader) -> Chart | None:
    """Families at each stage, as shares of the registered."""
    return flow(reader, *STAGES, measure=reader.words("panels.stages"))


def flow(reader: Reader, *metrics: str, measure: str) -> Chart | None:
    """Counts that each follow from the one before, as shares of the first."""
    found = reader.stages(*metrics)
    if found.empty:
        return None
    named = found.assign(stage=found["metric"].map(reader.label))
    chart = stages_chart(named.rename(columns={"value": "count"}), words=reader.words, measure=measure)
    return withholding(chart, found["reason"], words=reader.words)


def verification(reader: Reader) -> Chart | None:
    """Face checks by outcome."""
    found = reader.composition("face_checks", by="outcome")
    if found.empty:
        return None
    words = reader.words
    names = found["outcome"].map(lambda code: code_name(words, "verification", code))
    chart = bars(
        found.assign(name=names)[["name", "value", "share"]],
        words=words,
        measure=reader.label("face_checks"),
        category_label=words("panels.verification"),
    )
    return withholding(chart, found["reason"], words=words)


def coverage(reader: Reader) -> Chart | None:
    """Share of known families with a registration, by region."""
    return region_map(reader, "registered_share", level=reader.level_below(reader.filters.area))
