"""`tepat faces duplicates`: who may stand in a data set twice."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.cli.data import JsonOption, latest_simulated_export, shipped_mapping
from analytics.cli.output import print_json, print_table, progress, say
from analytics.settings import settings
from analytics.store import open_store

if TYPE_CHECKING:
    from analytics.linkage.findings import Findings

BANDS = {
    "probable": "probable: look first",
    "review": "to review",
    "distinct": "distinct: not shown to anybody",
}


def duplicates(
    *,
    dataset: Annotated[str, typer.Option(help="Data set; default: the one published last.")] = "",
    source: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the export that the data set was made from: names and birth dates are read there, compared "
            "in memory, and kept, encrypted, of people in pairs alone. Without it only faces are compared; default of "
            "the simulated pilot: its own export.",
            file_okay=False,
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="The export's mapping, with a section \\[identities]; default: the simulated pilot's."),
    ] = None,
    gallery: Annotated[
        str, typer.Option(help="Gallery of the people's templates; an empty one compares records alone.")
    ] = "default",
    templates: Annotated[
        Path | None,
        typer.Option(help="Parquet file of ready templates to enrol first, as the simulated pilot's export has one."),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(
            help="Folder that the people were enrolled from (faces/, faces.csv): one photo of each person in a pair is "
            "kept, encrypted, for those who may see photos (TEPAT_PHOTO_VIEWERS). Needs --source.",
            file_okay=False,
        ),
    ] = None,
    calibration: Annotated[
        str, typer.Option(help="Id of the calibration of face evidence; default: the newest of the model.")
    ] = "",
    target: Annotated[
        float | None,
        typer.Option(
            min=1e-6,
            max=0.5,
            help="Share of the people who may be shown beside a wrong person (false-positive identification rate).",
            show_default="0.003",
        ),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(min=0, help="Most pairs that people can look at.", show_default="10000")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found and keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find people who may stand in the data set twice, by faces and records together.

    What is found are pairs for a person to look at, in the order of their probability. Nobody's benefit changes.
    """
    from analytics.duplicates.identities import keep_identities  # noqa: PLC0415 - loads SQLAlchemy
    from analytics.duplicates.ready import enrol_templates, simulated_calibration  # noqa: PLC0415 - loads Splink
    from analytics.duplicates.run import BUDGET, TARGET, find_duplicates, gallery_of  # noqa: PLC0415
    from analytics.ingest import load_mapping  # noqa: PLC0415
    from analytics.ingest.identities import read_identities  # noqa: PLC0415
    from analytics.simulator.parameters import FACE_MODEL  # noqa: PLC0415

    warehouse = open_store(settings()).open(dataset or settings().dataset)
    if source is None and warehouse.manifest.dataset.sensitivity == "simulated":
        source, templates = _simulated(templates)
    with progress() as report:
        if templates is not None:
            report("templates", 0.0)
            enrol_templates(settings(), templates, gallery=gallery)
        faces = gallery_of(settings(), gallery)
        if faces is not None and faces.model == FACE_MODEL and not calibration:
            report("calibrating on simulated faces", 0.0)
            calibration = simulated_calibration(settings())
        identities = None
        if source is not None:
            report("who people are", 0.0)
            identities = read_identities(settings(), load_mapping(mapping or shipped_mapping()), source)
        findings = find_duplicates(
            warehouse, settings(),
            identities=identities, gallery=faces, calibration=calibration,
            target=TARGET if target is None else target, budget=BUDGET if budget is None else budget, progress=report,
        )  # fmt: skip
        stored = None
        if not dry_run:
            report("keeping what was found", 1.0)
            stored = _stored(findings)
            if identities is not None:
                stored |= {"identities": keep_identities(settings(), warehouse, findings, identities, photos=photos)}
    if as_json:
        print_json(_summary(findings) | {"stored": stored})
        return
    _print(findings)
    if stored:
        say(f"Kept as run {stored['run']}: {stored['new']:,} new pairs, {stored['refreshed']:,} known ones with new "
            f"evidence, {stored['decided']:,} that people had decided before and that stay as they are.")  # fmt: skip


def _simulated(templates: Path | None) -> tuple[Path | None, Path | None]:
    """Return the simulated pilot's export and its ready templates, where they are still there."""
    from analytics.duplicates.ready import EXPORTED  # noqa: PLC0415 - loads Splink

    exports = latest_simulated_export(settings().home)
    if exports is None or templates is not None:
        return exports, templates
    ready = exports / EXPORTED
    return exports, ready if ready.is_file() else None


def _stored(findings: "Findings") -> dict[str, Any]:
    from analytics.adjudication import store_findings  # noqa: PLC0415 - loads SQLAlchemy
    from analytics.register import open_database  # noqa: PLC0415

    return asdict(store_findings(open_database(settings()), findings))


def _summary(findings: "Findings") -> dict[str, Any]:
    """Return what was found in figures; nobody's pair is in them."""
    pairs, run = findings.pairs, findings.run
    shown = pairs[pairs["band"] != "distinct"]
    described = asdict(run) | {"at": f"{run.at:%Y-%m-%dT%H:%M:%S}Z", "settings": dict(run.settings)}
    return {
        "run": described,
        "bands": {band: int((pairs["band"] == band).sum()) for band in BANDS},
        "named": {str(name): int(count) for name, count in shown["named"].value_counts().items() if name},
        "clusters": int(shown["cluster"].nunique()),
        "expected_true": float(shown["probability"].sum()),
        "expected_false": run.expected_false,
    }


def _print(findings: "Findings") -> None:
    run, found = findings.run, _summary(findings)
    evidence = [word for word, there in (("faces", run.model), ("records", run.settings["record_models"])) if there]
    say(f"{run.people:,} people of {run.dataset}, snapshot {run.snapshot}: {run.pairs:,} pairs, compared by "
        f"[bold]{' and '.join(evidence)}[/].")  # fmt: skip
    if not run.model:
        say("No template of them is in the gallery: faces were not compared.")
    elif not run.settings["record_models"]:
        say("No --source was given, or it has none of these people: records were not compared.")
    print_table("", ["pairs", "count"], [[words, f"{found['bands'][band]:,}"] for band, words in BANDS.items()])
    shown = found["bands"]["probable"] + found["bands"]["review"]
    say(f"Of the {shown:,} pairs to look at about {found['expected_true']:,.0f} are expected to be one person and "
        f"{found['expected_false']:,.0f} two; they make {found['clusters']:,} clusters.")  # fmt: skip
    if found["named"]:
        said = ", ".join(f"{name} {count:,}" for name, count in found["named"].items())
        say(f"Named, because a likeness is no wonder: {said}.")
    if run.model:
        say(f"Templates of {run.templates:,} people by {run.model}, calibration {run.calibration}, "
            f"search {run.method}, recall {run.recall:.1%}.")  # fmt: skip
    say("A pair is a question for two officers. It changes no eligibility and stops no payment.")
