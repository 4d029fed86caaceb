"""`tepat faces enrol` and `tepat faces templates`: photos into a gallery, and what it holds."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, progress, say
from analytics.settings import settings

if TYPE_CHECKING:
    import polars as pl

ADVICE = {
    "ok": "has a template",
    "unreadable": "damaged: ask for the photo again",
    "wrong_type": "not JPEG or PNG: save it as one of these",
    "oversize": "over 20 MiB or 50 million pixels: scale it down",
    "too_small": "under 80 pixels: ask for a larger photo",
    "dark": "take it again in more light",
    "blurred": "take it again, held still and in focus",
    "no_face": "no face was found: take it again from the front, the face upright",
    "several_faces": "not clear whose: take it again, one person in the middle",
}
GalleryOption = Annotated[str, typer.Option(help="Name of the gallery.")]


def enrol(
    *,
    folder: Annotated[
        Path, typer.Argument(help="Folder that holds faces/ and faces.csv (file, identity).", show_default=False)
    ],
    gallery: GalleryOption = "default",
    batch: Annotated[
        int, typer.Option(min=1, help="Photos saved at a time; an interruption costs at most so many again.")
    ] = 1000,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that work at once; default: one a core.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn photos into encrypted face templates; the photos themselves are not kept.

    faces.csv names each file of faces/ and whose it is: the same identifier as in the exports, e.g. the NIK. Both are
    stored as pseudonyms. A column captured_at is kept too. Run it again after an interruption or with more photos: what
    is enrolled stays as it is.
    """
    from analytics.biometrics.enrolment import enrol as run  # noqa: PLC0415 - loads ONNX Runtime and dlib

    with progress() as report:
        done = run(folder, settings=settings(), gallery=gallery, batch=batch, processes=processes, progress=report)
    if as_json:
        print_json(asdict(done))
        return
    say(
        f"Gallery [bold]{done.gallery}[/]: {done.listed:,} photos, {done.added:,} of them read now by {done.model}, "
        f"{done.listed - done.added:,} before."
    )
    rows = [
        [status, ADVICE[status], f"{count:,}", f"{count / done.listed:.1%}"] for status, count in done.statuses.items()
    ]
    print_table("", ["status", "what to do", "photos", "share"], rows, left=2)


def templates(*, gallery: GalleryOption = "default", as_json: JsonOption = False) -> None:
    """Say what a gallery holds: photos and people by model and status."""
    from analytics.biometrics.templates import Templates  # noqa: PLC0415 - loads the cipher

    held = counts(Templates.open(settings(), gallery).statuses())
    if as_json:
        print_json({"gallery": gallery, "held": held.to_dicts()})
        return
    if held.is_empty():
        say(f"The gallery {gallery} is empty. Fill it with `tepat faces enrol`.")
        return
    rows = [[model, status, f"{photos:,}", f"{people:,}"] for model, status, photos, people in held.iter_rows()]
    print_table("", ["model", "status", "photos", "people"], rows, left=2)


def counts(statuses: "pl.DataFrame") -> "pl.DataFrame":
    """Return photos and people by model and status, the most frequent status first."""
    import polars as pl  # noqa: PLC0415 - with the templates

    grouped = statuses.group_by("model", "status").agg(photos=pl.len(), people=pl.col("person").n_unique())
    return grouped.sort("model", "photos", "status", descending=[False, True, False])
