"""The whole search: the people of a snapshot, their records and faces where there are any, and what is found."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import polars as pl

from analytics.biometrics.evidence.calibration import load_calibration, load_norming
from analytics.biometrics.gallery import Gallery
from analytics.biometrics.templates import Templates
from analytics.duplicates.candidates import Faces
from analytics.duplicates.errors import DuplicateError
from analytics.duplicates.evidence import FLOOR, Evidence, gather_evidence
from analytics.duplicates.judging import LEAST_WORTH, PROBABLE, judge
from analytics.duplicates.people import people_of
from analytics.duplicates.records import LEAST, Records
from analytics.linkage.blocking import RULES
from analytics.linkage.findings import Findings, SearchRun
from analytics.linkage.training import RANDOM_PAIRS
from analytics.settings import Settings
from analytics.store import Warehouse

TARGET = 0.003
"""Highest false-positive identification rate where nobody asks for another (assumed): at N = 360,000 about 500 pairs of
different people among those shown."""
BUDGET = 10_000
"""Most pairs that people look at, where nobody says otherwise (assumed)."""
SEED = 20251002

Progress = Callable[[str, float], None]


def find_duplicates(
    warehouse: Warehouse,
    settings: Settings,
    *,
    identities: pl.DataFrame | None = None,
    gallery: Gallery | None = None,
    calibration: str = "",
    target: float = TARGET,
    budget: int = BUDGET,
    duplicates: float | None = None,
    seed: int = SEED,
    random_pairs: int = RANDOM_PAIRS,
    progress: Progress | None = None,
) -> Findings:
    """Find who may stand in a snapshot twice.

    Args:
        warehouse: The snapshot.
        settings: Where keys and calibrations are.
        identities: Of `read_identities`, of the export that the snapshot was made from; None = no records are compared.
        gallery: Templates; None = faces are not compared.
        calibration: Id of the calibration; empty = the newest of the gallery's model.
        target: Highest false-positive identification rate, in (0, 1).
        budget: Most pairs that people look at.
        duplicates: Share of the people who are a second record; None = estimated from the pairs.
        seed: Of all that is drawn.
        random_pairs: Pairs of strangers that agreement of records by chance is counted in.
        progress: Told what is being done and which share of it is.

    Raises:
        DuplicateError: neither records nor templates of these people are there.
        FaceError: the calibration is missing or of another model, or target or budget are out of range.
        LinkageError: the records cannot be compared.
    """
    say = progress or (lambda _what, _share: None)
    say("people", 0.0)
    people = people_of(warehouse)
    faces, records = None, None
    if gallery is not None and len(gallery):
        say("faces", 0.05)
        faces = _faces(gallery, people, settings, calibration)
    if identities is not None:
        say("records", 0.15)
        table = identities.filter(pl.col("person_id").is_in(people["person_id"].implode()))
        if len(table):
            records = Records.learnt(table, people=people["person_id"], seed=seed, random_pairs=random_pairs)
    if faces is None and records is None:
        raise DuplicateError(
            "There is nothing to compare.",
            cause="No template and no record of these people was found.",
            next_step="Give --source, the folder of the export, or enrol photos with `tepat faces enrol`.",
        )
    say("pairs", 0.3)
    work = settings.home / "faces" / "search"
    evidence = gather_evidence(people, records=records, faces=faces, duplicates=duplicates, work=work)
    shutil.rmtree(work, ignore_errors=True)
    say("clusters", 0.9)
    at = datetime.now(UTC).replace(microsecond=0)
    judged = judge(evidence, people, target=target, budget=budget, year=warehouse.manifest.data_until.year)
    run = _run(
        warehouse, evidence, people=len(people), at=at, line=judged.line, target=target, budget=budget, seed=seed,
        expected_false=judged.expected_false,
    )  # fmt: skip
    say("done", 1.0)
    return Findings(run=run, pairs=judged.pairs)


def gallery_of(settings: Settings, name: str) -> Gallery | None:
    """Return the templates of an enrolled gallery; None = nobody was enrolled in it.

    Raises:
        FaceError: its name cannot be used, its key is missing, or it holds templates of several models.
    """
    templates = Templates.open(settings, name)
    enrolled = templates.statuses().filter(pl.col("status") == "ok")
    return templates.gallery() if len(enrolled) else None


def _faces(gallery: Gallery, people: pl.DataFrame, settings: Settings, calibration: str) -> Faces | None:
    known = people["person_id"].to_numpy().astype(np.str_)
    of_people = np.isin(gallery.person, known)
    if of_people.sum() < 2:
        return None
    chosen = load_calibration(settings, calibration, model=gallery.model)
    norming = load_norming(settings, chosen, registry=gallery.vectors[of_people])
    return Faces.of(gallery, people=known, calibration=chosen, norming=norming)


def _run(
    warehouse: Warehouse,
    evidence: Evidence,
    *,
    people: int,
    at: datetime,
    line: float,
    target: float,
    budget: int,
    seed: int,
    expected_false: float,
) -> SearchRun:
    faces, records = evidence.faces, evidence.records
    return SearchRun(
        dataset=warehouse.manifest.dataset.name,
        snapshot=warehouse.manifest.snapshot,
        at=at,
        people=people,
        templates=len(faces.person) if faces else 0,
        pairs=people * (people - 1) // 2,
        model=faces.calibration.model if faces else "",
        calibration=faces.calibration.id if faces else "",
        settings={
            "budget": budget,
            "line": line,
            "duplicates": evidence.shares.duplicates,
            "altered": evidence.shares.altered if records else None,
            "record_models": [records.kept.id, records.altered.id] if records else [],
            "blocking": [rule.name for rule in RULES] if records else [],
            "least_record": LEAST,
            "least_posterior": FLOOR,
            "least_worth": LEAST_WORTH,
            "probable": PROBABLE,
            "seed": seed,
        },
        method=evidence.searched.method,
        recall=evidence.searched.recall,
        target=target,
        expected_false=expected_false,
    )
