"""The planted test: how many duplicates are found, of each kind, for how many pairs that people look at.

Applicants of the simulated pilot with planted duplicates, faces drawn from measured error rates, searched by the very
code that searches real ones: by faces and records, by faces alone, by records alone.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.evidence.norming import Norming
from analytics.biometrics.gallery import Gallery
from analytics.duplicates.candidates import Faces
from analytics.duplicates.evidence import gather_evidence, numbers
from analytics.duplicates.judging import LEAST_WORTH
from analytics.duplicates.records import Records
from analytics.estimation.intervals import wilson
from analytics.linkage.fusion import Shares, fuse
from analytics.linkage.training import RANDOM_PAIRS
from analytics.simulator import parameters as p
from analytics.simulator.planting import Planted, plant_duplicates
from analytics.simulator.templates import draw_templates

KINDS = ("kept", "altered")
LEAST_FOUND = {"kept": 0.95, "altered": 0.55}
MOST_PAIRS = 1.5
"""What the test asks for: shares found, and pairs to review for each true one among them."""
CALIBRATED = 6_000
"""People with two photos, none of them an applicant, that the evidence of faces is calibrated on (assumed)."""
RATIOS = (1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Pairs to review for each true one at which the curve is read."""

TOLD = Shares().duplicates
"""Share of duplicates that a search by one kind of evidence is told, because it cannot estimate it."""

Progress = Callable[[str, float], None]


class Found(NamedTuple):
    """Duplicates of one kind: planted and found, the share and its 95 % interval (Wilson)."""

    planted: int
    found: int
    share: float
    low: float
    high: float


class Point(NamedTuple):
    """A point of the curve: pairs to review, true ones among them, pairs for each true one, share found by kind."""

    pairs: int
    true: int
    ratio: float
    found: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Search:
    """One way to search.

    Attributes:
        name: fused, face or record.
        line: Least posterior that is shown.
        pairs: Pairs shown.
        true: Of these of one person.
        expected_false: Pairs of two people expected among them, by the posteriors.
        found: By kind; altered ones also by what they kept (`altered, birth and village`, …).
        curve: As many pairs as `RATIOS` allow, likeliest first.
        seconds: Time that the search took.
    """

    name: str
    line: float
    pairs: int
    true: int
    expected_false: float
    found: Mapping[str, Found]
    curve: tuple[Point, ...]
    seconds: float

    @property
    def ratio(self) -> float:
        """Pairs to review for each true one among them."""
        return self.pairs / self.true if self.true else float("inf")


@dataclass(frozen=True, kw_only=True)
class PlantedResults:
    """The test at one size.

    Attributes:
        people: Applicants.
        duplicates: Planted pairs.
        twins: Share of the applicants who are a twin of another.
        seed: Of everything.
        searches: By name.
        fnmr: Of the simulated faces, normed, by false match rate.
    """

    people: int
    duplicates: int
    twins: float
    seed: int
    searches: Mapping[str, Search] = field(default_factory=dict)
    fnmr: Mapping[float, float] = field(default_factory=dict)


def run_planted(
    people: int,
    *,
    seed: int = 1,
    twins: float = 0.0,
    calibrated: int = CALIBRATED,
    random_pairs: int = RANDOM_PAIRS,
    progress: Progress | None = None,
) -> PlantedResults:
    """Plant duplicates among `people` applicants and search for them three ways.

    Args:
        people: Applicants, planted ones included.
        seed: Of everything.
        twins: Share of the applicants who are a twin of another, as `plant_duplicates` takes it.
        calibrated: People with two photos that the evidence of faces is calibrated on.
        random_pairs: Pairs of strangers that agreement of records by chance is counted in.
        progress: Told what is being done and which share of it is.
    """
    say = progress or (lambda _what, _share: None)
    say("planting", 0.0)
    planted = plant_duplicates(people, seed=seed, twins=twins)
    say("calibrating", 0.05)
    calibration, norming = _calibrated(planted, people=calibrated, seed=seed)
    compared = planted.records.select("person_id", "village")
    ids = compared["person_id"].to_numpy().astype(np.str_)
    gallery = Gallery(
        photo=ids, person=ids, vectors=planted.templates, quality=planted.quality, model=calibration.model
    )
    faces = Faces.of(gallery, people=ids, calibration=calibration, norming=norming)
    say("records", 0.15)
    records = Records.learnt(planted.records, people=compared["person_id"], seed=seed, random_pairs=random_pairs)
    searches = {}
    ways = {"fused": (records, faces), "face": (None, faces), "record": (records, None)}
    for at, (name, (known, seen)) in enumerate(ways.items()):
        say(f"searching by {name}", 0.25 + 0.25 * at)
        searches[name] = _searched(name, planted, compared, records=known, faces=seen)
    say("done", 1.0)
    return PlantedResults(
        people=people,
        duplicates=len(planted.truth),
        twins=twins,
        seed=seed,
        searches=searches,
        fnmr={rate.fmr: rate.fnmr for rate in calibration.curve},
    )


def missed(results: PlantedResults) -> list[str]:
    """Say which of the test's demands the fused search does not meet."""
    search = results.searches["fused"]
    said = [
        f"{search.found[kind].share:.1%} of the {kind} duplicates were found, at least {least:.0%} are asked for"
        for kind, least in LEAST_FOUND.items()
        if search.found[kind].share < least
    ]
    if search.ratio > MOST_PAIRS:
        said.append(f"{search.ratio:.2f} pairs to review for each true one, at most {MOST_PAIRS} are asked for")
    return said


def _calibrated(planted: Planted, *, people: int, seed: int) -> tuple[Calibration, Norming]:
    """Calibrate on other people of the same kind, with the applicants as the registry."""
    person = np.repeat(np.arange(people), 2)
    # Another seed, so that nobody of them looks like an applicant by construction.
    templates, _ = draw_templates(person, seed=seed + 1_000_003)
    labelled = Labelled(vectors=templates, person=person, model=p.FACE_MODEL, source="photos")
    return calibrate(labelled, name="planted test", registry=planted.templates, seed=seed)


def _searched(
    name: str, planted: Planted, people: pl.DataFrame, *, records: Records | None, faces: Faces | None
) -> Search:
    start = time.perf_counter()
    evidence = gather_evidence(people, records=records, faces=faces, duplicates=None if name == "fused" else TOLD)
    seconds = time.perf_counter() - start
    fused = fuse(**numbers(evidence.pairs), people=len(people), shares=evidence.shares)
    ids, rows = people["person_id"], evidence.pairs
    pairs = pl.DataFrame(
        {
            "a": ids.gather(rows["row_a"]),
            "b": ids.gather(rows["row_b"]),
            "odds": fused.odds,
            "probability": fused.probability,
            "score": np.zeros(len(rows))
            if faces is None
            else faces.scores(rows["row_a"].to_numpy(), rows["row_b"].to_numpy()),
        }
    )
    # Likelihood ratios are bounded by what the data support; beyond the bound the score still tells pairs apart.
    pairs = pairs.join(planted.truth, on=["a", "b"], how="left").sort("odds", "score", descending=True)
    shown = pairs.filter(pl.col("probability") >= LEAST_WORTH)
    return Search(
        name=name,
        line=LEAST_WORTH,
        pairs=len(shown),
        true=int(shown["kind"].is_not_null().sum()),
        expected_false=float((1 - shown["probability"]).sum()),
        found=_found(shown, planted.truth),
        curve=_curve(pairs, planted.truth),
        seconds=seconds,
    )


def _found(shown: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Found]:
    """Count what was found by kind, and of the altered ones by what they kept."""
    groups = {kind: pl.col("kind") == kind for kind in KINDS}
    for birth in (True, False):
        for village in (True, False):
            kept = [word for word, is_kept in (("birth date", birth), ("village", village)) if is_kept]
            chosen = (
                (pl.col("kind") == "altered") & (pl.col("birth_kept") == birth) & (pl.col("village_kept") == village)
            )
            groups[f"altered, {' and '.join(kept) or 'neither'} kept"] = chosen
    found = {}
    for name, chosen in groups.items():
        planted, seen = truth.filter(chosen).height, shown.filter(chosen).height
        low, high = wilson(seen, planted)
        found[name] = Found(planted, seen, seen / planted if planted else float("nan"), low, high)
    return found


def _curve(pairs: pl.DataFrame, truth: pl.DataFrame) -> tuple[Point, ...]:
    """Read the curve of pairs to review against duplicates found, at the last pair that each ratio allows."""
    true = pairs["kind"].is_not_null().to_numpy()
    so_far = np.cumsum(true)
    planted = {kind: max(truth.filter(pl.col("kind") == kind).height, 1) for kind in KINDS}
    of_kind: dict[str, NDArray[np.int64]] = {
        kind: np.cumsum((pairs["kind"] == kind).fill_null(value=False).to_numpy()) for kind in KINDS
    }
    points = []
    for ratio in RATIOS:
        allowed = np.flatnonzero(np.arange(1, len(true) + 1) <= ratio * so_far)
        if allowed.size:
            last = int(allowed[-1])
            shares = {kind: float(of_kind[kind][last] / planted[kind]) for kind in KINDS}
            points.append(Point(last + 1, int(so_far[last]), (last + 1) / int(so_far[last]), shares))
    return tuple(points)
