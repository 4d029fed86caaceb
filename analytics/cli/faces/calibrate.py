"""`tepat faces calibrate`: what scores of faces are worth as evidence, learnt from known pairs and saved."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.adjudication import open_adjudication
from analytics.cli.data import JsonOption
from analytics.cli.faces.evaluate import CacheOption, SeedOption, print_groups
from analytics.cli.faces.pairs import DatasetOption, named
from analytics.cli.output import plain, print_json, print_table, progress, say
from analytics.settings import settings
from validation.errors import TepatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytics.biometrics.evidence.calibration import Calibration
    from analytics.biometrics.evidence.labelled import Labelled
    from analytics.ingest.pipeline import Progress

SHOWN = 1e-6
"""False match rate down to which the curve is printed."""


def calibrate(
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of labelled photos: faces/ and faces.csv (file, identity; optional sex, age, birth_year, "
            "region, district, channel).",
            show_default=False,
        ),
    ] = None,
    gallery: Annotated[
        str, typer.Option(help="Instead of a folder: gallery in which many people have two photos or more.")
    ] = "",
    decided: Annotated[
        bool,
        typer.Option("--decided", help="With --gallery: take pairs that reviewers found to be one person for one too."),
    ] = False,
    dataset: DatasetOption = "",
    cache: CacheOption = None,
    name: Annotated[str, typer.Option(help="What to call the data; default: the folder's or gallery's name.")] = "",
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Learn what a likeness is worth: from a score of two faces to a likelihood ratio, with its error rates.

    A search uses the newest calibration of its model. Calibrate on people like those who are searched among: the
    portal's own pairs (a registration photo and that of the civil registry) are best, then pairs decided by reviewers.
    """
    from analytics.biometrics.evidence.calibrating import calibrate as run  # noqa: PLC0415 - loads pandas
    from analytics.biometrics.evidence.calibration import save_calibration  # noqa: PLC0415

    if (folder is None) == (not gallery) or (decided and not gallery):
        raise TepatError(
            "It is not clear what to calibrate on.",
            next_step="Name either a folder of labelled photos or --gallery; --decided goes with --gallery.",
        )
    with progress() as report:
        if folder is not None:
            labelled, attributes = _from_folder(folder, cache=cache, report=report)
        else:
            labelled, attributes = _from_gallery(gallery, decided=named(dataset) if decided else "", seed=seed), {}
        report("pairs", 0.5)
        called = name or gallery or (folder.resolve().name if folder is not None else "")
        made, norming = run(labelled, name=called, attributes=attributes, seed=seed)
        path = save_calibration(settings(), made, norming)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    _print(made)
    say(f"Saved as {plain(str(path))}; a search by {made.model} uses it from now on.")


def _from_folder(
    folder: Path, *, cache: Path | None, report: "Progress"
) -> "tuple[Labelled, dict[str, NDArray[np.str_]]]":
    from analytics.biometrics.encoding import open_encoder  # noqa: PLC0415 - loads ONNX Runtime and dlib
    from analytics.biometrics.evidence.labelled_photos import encode_set  # noqa: PLC0415

    encoder = open_encoder(settings())
    encoded = encode_set(folder, encoder=encoder, settings=settings(), cache=cache, progress=report)
    return encoded.labelled, encoded.attributes


def _from_gallery(gallery: str, *, decided: str, seed: int) -> "Labelled":
    """Return the gallery's people; those of a data set's decided pairs, if it is named, joined."""
    from analytics.biometrics.evidence.labelled import labelled_gallery  # noqa: PLC0415 - loads pandas
    from analytics.biometrics.templates import Templates  # noqa: PLC0415 - loads the cipher

    templates = Templates.open(settings(), gallery).gallery()
    if not decided:
        return labelled_gallery(templates, seed=seed)
    with closing(open_adjudication(settings())) as opened:
        return labelled_gallery(templates, opened.decided_pairs(decided), seed=seed)


def _print(made: "Calibration") -> None:
    data = made.data
    say(f"Calibration [bold]{made.id}[/] of {made.model} on {plain(data.name)}: {data.photos:,} photos of "
        f"{data.people:,} people, {data.genuine:,} genuine and {data.impostors:,} impostor pairs.")  # fmt: skip
    say(f"Cllr {made.cllr:.3f} on people that it was not learnt from (at best {made.least_cllr:.3f}); log10 likelihood "
        f"ratios from {made.map.low:.1f} to {made.map.high:.1f}, {made.map.method}.")  # fmt: skip
    print_table(
        "Error rates, 95 % intervals by bootstrap over people",
        ["FMR", "interval", "FNMR", "interval", ""],
        [
            [f"{rate.fmr:.1e}", f"{rate.fmr_low:.1e} – {rate.fmr_high:.1e}", f"{rate.fnmr:.2%}",
             f"{rate.low:.2%} – {rate.high:.2%}", "fitted" if rate.fitted else ""]
            for rate in made.curve if rate.fmr >= SHOWN * 0.99
        ],
        left=0,
    )  # fmt: skip
    print_groups("Groups at the threshold of FMR 1e-3", [row._asdict() for row in made.groups])
