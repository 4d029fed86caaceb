"""What one reader looks at: the snapshot, their scope, the filters, the language; and the measures under them, cached.

Caches are keyed by snapshot, scope (role and area) and filters, and bounded: what was computed for one scope is never
given to another. A page asks `reader()` and never touches the warehouse.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from analytics import access
from analytics.eligibility import VERDICTS, Rule, rulebook
from analytics.eligibility import Comparison as ListComparison
from analytics.eligibility import compare as compare_lists
from analytics.estimation import Floor
from analytics.metrics import METRICS, Filters, Metric, measure, quality, series
from analytics.metrics.comparisons import Comparison, compare, level_below, place_names, places
from analytics.metrics.declared import Declared, declared
from analytics.metrics.incidence import Incidence, floors, incidence
from analytics.metrics.measure import Grain
from analytics.metrics.peers import peers
from analytics.metrics.precision import Gain, gain, group_gaps
from analytics.metrics.ranking import ranking
from analytics.metrics.scope import Checks, Scope, checks, scope
from analytics.metrics.shares import composition, stages
from analytics.metrics.trends import Trend, trend
from analytics.metrics.verifying import verification_gaps
from analytics.risk.saved import ModelError, ModelManifest, current
from analytics.settings import settings
from analytics.store import Manifest, Store, Warehouse, open_store
from analytics.store.manifest import Attempt
from dashboard.groundwork import Groundwork, groundwork
from dashboard.words import Words

_KEY = "reader"
REFUSED = "logged.refused"
"""Of a session: the refusal that the access log knows already."""
_TTL = "1h"
_ENTRIES = 4_000
_QUESTIONS = 500
"""Comparisons of lists kept: a reader who turns a threshold asks for many that nobody asks for again."""

Changes = tuple[tuple[str, int | None], ...]
"""Rule ids with their new threshold, None = the rule is left out."""


@dataclass(frozen=True)
class Seen:
    """What there is to see at all: the key of all that is kept; hashable."""

    snapshot: str
    scope: access.Scope


@dataclass(frozen=True)
class Reader:
    """A reader's view; every method gives the same answer on every rerun until the snapshot changes.

    The filters' area never leaves the scope's, whatever a page, a link or a choice says.
    """

    manifest: Manifest
    filters: Filters
    words: Words
    access: access.Scope
    officer: str = ""
    """Staff code of who signed in; empty where nobody does."""

    def __post_init__(self) -> None:
        """Cut the filters, and what the manifest counts, to the scope."""
        area = self.access.within(self.filters.area)
        object.__setattr__(self, "filters", replace(self.filters, area=area))
        if self.access.area:
            object.__setattr__(self, "manifest", self.manifest.limited())

    @property
    def snapshot(self) -> str:
        """Id of the snapshot that all figures come from."""
        return self.manifest.snapshot

    @property
    def seen(self) -> Seen:
        """What this reader may see: the snapshot under their scope."""
        return Seen(self.manifest.snapshot, self.access)

    def given(self) -> list[str]:
        """Return the names of the filters that the reader set; the scope's own area is none of theirs."""
        names = self.filters.given()
        return [name for name in names if name != "area" or self.filters.area != self.access.area]

    @property
    def warehouse(self) -> Warehouse:
        """The snapshot itself, for what is asked of one family and may be kept in no cache."""
        return _warehouse(self.seen)

    def with_filters(self, **changes: Any) -> "Reader":
        """Return the same reader with other filters."""
        return replace(self, filters=replace(self.filters, **changes))

    def metric(self, metric: str) -> Metric:
        """Return a registry entry."""
        return METRICS[metric]

    def label(self, metric: str) -> str:
        """Return a metric's name in the reader's language."""
        return METRICS[metric].label.to(self.words.language)

    def value(self, metric: str) -> pd.Series | None:
        """Return the one row of a metric, None when the snapshot has no such table."""
        rows = _measured(self.seen, metric, self.filters, ())
        return rows.iloc[0] if len(rows) else None

    def groups(self, metric: str, *by: str) -> pd.DataFrame:
        """Return a metric by groups."""
        return _measured(self.seen, metric, self.filters, by)

    def composition(self, metric: str, *, by: str) -> pd.DataFrame:
        """Return a count by groups with their shares, largest first."""
        return _composition(self.seen, metric, self.filters, by)

    def stages(self, *metrics: str) -> pd.DataFrame:
        """Return counts as shares of the first."""
        return _stages(self.seen, metrics, self.filters)

    def series(self, metric: str, *by: str, grain: Grain) -> pd.DataFrame:
        """Return a metric over time."""
        return _series(self.seen, metric, self.filters, grain, by)

    def trend(self, metric: str, *, grain: Grain) -> Trend:
        """Return a metric over time with limits."""
        return _trend(self.seen, metric, self.filters, grain)

    def compare(self, metric: str, *, level: str) -> Comparison:
        """Return a metric for every region of a level."""
        return _compared(self.seen, metric, self.filters, level)

    def ranking(self, metric: str, *, level: str) -> pd.DataFrame:
        """Return the ranks that each region of a level may hold; empty where nobody can tell."""
        return _ranked(self.seen, metric, self.filters, level)

    def peers(self, code: str, *, level: str) -> pd.DataFrame:
        """Return a region and those most like it in kind, wherever they lie."""
        return _peers(self.seen, level, code)

    def group_gaps(self, metric: str, *, by: str) -> pd.DataFrame:
        """Return a targeting metric for groups of families with the gap of each to all others."""
        return _gaps(self.seen, metric, self.filters, by)

    def verification_gaps(self, metric: str, *, by: str) -> pd.DataFrame:
        """Return a metric of verification for groups of applicants with the gap of each to its reference."""
        return _verification_gaps(self.seen, metric, self.filters, by)

    def has_model(self) -> bool:
        """Say whether the snapshot has predictions of every family."""
        return _has_mart(self.seen, "frame_cells")

    def gain(self, metric: str) -> Gain | None:
        """Return what the model adds to a metric's precision, None where it cannot help."""
        return _gain(self.seen, metric, self.filters)

    def groundwork(self, programme: str) -> Groundwork | None:
        """Return what a plan of field checks rests on, None when nobody was paid for the programme."""
        return _groundwork(self.seen, programme)

    def incidence(self) -> Incidence | None:
        """Return coverage by decile and the concentration of the rupiah."""
        return _incidence(self.seen, self.filters)

    def floors(self) -> Floor | None:
        """Return the least errors that the programme's size allows."""
        return _floors(self.seen, self.filters)

    def checks(self) -> Checks | None:
        """Return what the field checks are."""
        return _checks(self.seen, self.filters)

    def ruled_programmes(self) -> tuple[str, ...]:
        """Return the programmes of the data set that had rules on its day; empty where no verdict was possible."""
        return _ruled(self.seen, self.manifest.day)

    def rules(self, programme: str) -> tuple[Rule, ...]:
        """Return a programme's rules in force on the snapshot's day."""
        return rulebook().in_force(programme, self.manifest.day)

    def what_if(self, programme: str, changes: Changes, *, by: str = "") -> ListComparison:
        """Return the lists that a programme's rules make, as they are and changed, beside each other."""
        return _what_if(self.seen, self.manifest.day, programme, changes, by)

    def model(self) -> ModelManifest | None:
        """Return what the data set's current model is, None when none was trained."""
        try:
            return current(settings().home, self.manifest.dataset.name)
        except ModelError:
            return None

    def declared(self, *, metric: str = "", programme: str = "") -> list[Declared]:
        """Return the declared figures; they speak of the whole pilot, so a part of it has none."""
        context = "" if self.filters.area else self.manifest.dataset.context
        return declared(context, metric=metric, programme=programme)

    def scope(self) -> Scope:
        """Return the values that filters can take."""
        return _scope(self.seen)

    def places(self, level: str, area: str = "") -> pd.DataFrame:
        """Return the regions of a level inside an area."""
        return _places(self.seen, level, area)

    def place(self, code: str) -> str:
        """Return a region's name."""
        return _names(self.seen).get(code, code)

    def knows_place(self, code: str) -> bool:
        """Say whether the snapshot has such a region."""
        return code in _names(self.seen)

    def level_below(self, area: str = "") -> str:
        """Return the level by which an area is compared."""
        return _level_below(self.seen, area)

    def gate(self, name: str) -> pd.DataFrame:
        """Return a table of the gate: results, districts, quarantine, warned or history; empty when it kept none."""
        return _gate(self.seen, name)

    def refused(self, name: str) -> pd.DataFrame:
        """Return the same of the last export that was refused as a whole; empty when none was since."""
        attempt = self.last_attempt()
        refused = attempt is not None and not attempt.published
        found = _refused(self.manifest.dataset.name, attempt.at if attempt and refused else None, name)
        return quality.limited(found, self.access.area)

    def history(self) -> list[Manifest]:
        """Return the kept snapshots of this data set, oldest first."""
        found = _store().history(self.manifest.dataset.name)
        return [manifest.limited() for manifest in found] if self.access.area else found

    def last_attempt(self) -> Attempt | None:
        """Return how the last try to publish this data set ended; what it counted is told to who sees the whole."""
        found = _store().last_attempt(self.manifest.dataset.name)
        return found.limited() if found is not None and self.access.area else found


def open_reader(*, filters: Filters, words: Words, scope: access.Scope, officer: str = "") -> Reader:
    """Make this session's reader on the snapshot that is visible now.

    Raises:
        NothingPublishedError: there is none.
    """
    made = Reader(current_manifest(), filters, words, scope, officer)
    st.session_state[_KEY] = made
    return made


def close_reader() -> None:
    """Forget this session's reader and all that was chosen and seen: nobody looks any more."""
    for name in [str(name) for name in st.session_state]:
        if not name.startswith(("chosen.lang", "lang.", REFUSED)):
            del st.session_state[name]


def reader() -> Reader:
    """Return this session's reader."""
    found: Reader = st.session_state[_KEY]
    return found


def current_manifest() -> Manifest:
    """Return the manifest of the snapshot that is visible now."""
    return _store().manifest(settings().dataset)


def holds_real_data() -> bool:
    """Return whether any data set that is published here is not simulated."""
    catalogue = _store().catalogue()
    names = list(catalogue.datasets) if catalogue else []
    return any(_store().manifest(name).dataset.sensitivity != "simulated" for name in names)


def _store() -> Store:
    return open_store(settings())


@st.cache_resource(max_entries=3, show_spinner=False)
def _opened(snapshot: str) -> Warehouse:
    del snapshot  # the key: a new snapshot is a new warehouse
    return _store().open(settings().dataset)


def _warehouse(seen: Seen) -> Warehouse:
    """Return the snapshot cut to the scope: no query below this line can reach what lies outside it."""
    return _opened(seen.snapshot).within(seen.scope.area)


def warehouse_of(seen: Seen) -> Warehouse:
    """Return the snapshot cut to the scope, for what is kept by `seen` in other modules."""
    return _warehouse(seen)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _measured(seen: Seen, metric: str, filters: Filters, by: tuple[str, ...]) -> pd.DataFrame:
    return measure(_warehouse(seen), METRICS[metric], filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _composition(seen: Seen, metric: str, filters: Filters, by: str) -> pd.DataFrame:
    return composition(_warehouse(seen), METRICS[metric], filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _stages(seen: Seen, metrics: tuple[str, ...], filters: Filters) -> pd.DataFrame:
    return stages(_warehouse(seen), [METRICS[metric] for metric in metrics], filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _series(seen: Seen, metric: str, filters: Filters, grain: Grain, by: tuple[str, ...]) -> pd.DataFrame:
    return series(_warehouse(seen), METRICS[metric], filters, grain=grain, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _trend(seen: Seen, metric: str, filters: Filters, grain: Grain) -> Trend:
    return trend(_warehouse(seen), METRICS[metric], filters, grain=grain)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _compared(seen: Seen, metric: str, filters: Filters, level: str) -> Comparison:
    return compare(_warehouse(seen), METRICS[metric], filters, level=level)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _ranked(seen: Seen, metric: str, filters: Filters, level: str) -> pd.DataFrame:
    return ranking(_warehouse(seen), METRICS[metric], filters, level=level)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _peers(seen: Seen, level: str, code: str) -> pd.DataFrame:
    return peers(_warehouse(seen), level=level, code=code)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _gaps(seen: Seen, metric: str, filters: Filters, by: str) -> pd.DataFrame:
    return group_gaps(_warehouse(seen), METRICS[metric], filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _verification_gaps(seen: Seen, metric: str, filters: Filters, by: str) -> pd.DataFrame:
    return verification_gaps(_warehouse(seen), METRICS[metric], filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _gain(seen: Seen, metric: str, filters: Filters) -> Gain | None:
    return gain(_warehouse(seen), METRICS[metric], filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _has_mart(seen: Seen, name: str) -> bool:
    return name in _warehouse(seen).names("marts")


@st.cache_data(ttl=_TTL, max_entries=100, show_spinner=False)
def _groundwork(seen: Seen, programme: str) -> Groundwork | None:
    return groundwork(_warehouse(seen), programme)


@st.cache_data(ttl=_TTL, max_entries=20, show_spinner=False)
def _ruled(seen: Seen, day: date) -> tuple[str, ...]:
    warehouse = _warehouse(seen)
    if VERDICTS not in warehouse.names("derived"):
        return ()
    there = scope(warehouse).programmes
    return tuple(name for name in rulebook().programmes() if name in there and rulebook().in_force(name, day))


@st.cache_data(ttl=_TTL, max_entries=_QUESTIONS, show_spinner=False)
def _what_if(seen: Seen, day: date, programme: str, changes: Changes, by: str) -> ListComparison:
    book = rulebook()
    changed = book.changed(programme, dict(changes), day)
    return compare_lists(_warehouse(seen), programme, book, changed, day=day, by=[by] if by else [])


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _incidence(seen: Seen, filters: Filters) -> Incidence | None:
    return incidence(_warehouse(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _floors(seen: Seen, filters: Filters) -> Floor | None:
    return floors(_warehouse(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _checks(seen: Seen, filters: Filters) -> Checks | None:
    return checks(_warehouse(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=20, show_spinner=False)
def _scope(seen: Seen) -> Scope:
    return scope(_warehouse(seen))


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _places(seen: Seen, level: str, area: str) -> pd.DataFrame:
    return places(_warehouse(seen), level=level, area=area)


@st.cache_data(ttl=_TTL, max_entries=20, show_spinner=False)
def _names(seen: Seen) -> dict[str, str]:
    return place_names(_warehouse(seen))


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _level_below(seen: Seen, area: str) -> str:
    return level_below(_warehouse(seen), area)


@st.cache_data(ttl=_TTL, max_entries=20, show_spinner=False)
def _gate(seen: Seen, name: str) -> pd.DataFrame:
    warehouse = _warehouse(seen)
    if name not in warehouse.names("gate"):  # an older version of Tepat published it
        return quality.complete(pd.DataFrame(), name)
    return quality.complete(warehouse.run(warehouse.table(name, room="gate")), name)


@st.cache_data(ttl=_TTL, max_entries=20, show_spinner=False)
def _refused(dataset: str, at: datetime | None, name: str) -> pd.DataFrame:
    path = _store().refused(dataset) / f"{name}.parquet"
    found = pd.read_parquet(path) if at is not None and path.is_file() else pd.DataFrame()
    return quality.complete(found, name)
