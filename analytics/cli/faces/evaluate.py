"""`tepat faces evaluate`: error rates of faces over all pairs of a labelled set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import plain, print_json, print_table, progress, say
from analytics.settings import settings

SHOWN = 10
"""Of the closest different pairs, those that are printed; --json has all."""
STAND_IN = (
    "The set says nothing of its people but names: the group by name is a stand-in for faces of East and South-East "
    "Asia, and a poor one for Indonesians."
)

LabelledFolder = Annotated[
    Path,
    typer.Argument(
        help="Folder that holds faces/ and faces.csv (file, identity; optional sex, age, birth_year, region, district, "
        "channel).",
        show_default=False,
    ),
]
CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Folder to keep the templates in, encrypted, so that the next run need not encode again."
    ),
]
SeedOption = Annotated[int, typer.Option(help="Seed of cohort, folds and bootstrap.")]


def evaluate(
    *,
    folder: LabelledFolder,
    output: Annotated[Path | None, typer.Option(help="Markdown file to write the figures to, without names.")] = None,
    cache: CacheOption = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Measure how well faces tell people apart: every photo of a labelled set against every other.

    States the share of genuine pairs that is rejected (FNMR) at each share of impostor pairs that is accepted (FMR),
    with intervals, for raw, centred and normed scores; what the likelihood ratios are worth (Cllr); groups; and how
    many false pairs a register of N people would have. Photos that cannot be used are counted.

    WARNING: it lists the closest pairs of different identities, with files and identities, to find label errors and
    siblings. Use it on research sets only, never on photos of applicants.
    """
    from analytics.benchmarks.faces.asian_names import name_group  # noqa: PLC0415
    from analytics.biometrics.encoding import open_encoder  # noqa: PLC0415 - loads ONNX Runtime and dlib
    from analytics.biometrics.evidence.evaluation import evaluate as run  # noqa: PLC0415
    from analytics.biometrics.evidence.labelled_photos import FACTS, encode_set  # noqa: PLC0415
    from analytics.biometrics.evidence.page import evaluation_page  # noqa: PLC0415

    with progress() as report:
        encoder = open_encoder(settings())
        encoded = encode_set(folder, encoder=encoder, settings=settings(), cache=cache, progress=report)
        only_names = not any(fact in encoded.attributes for fact in FACTS)
        stand_ins = {"name": np.array([name_group(name) for name in encoded.identity])} if only_names else {}
        found = run(encoded, stand_ins=stand_ins, seed=seed, progress=report)
    found["note"] = STAND_IN if only_names else ""
    if output is not None:
        output.write_text(evaluation_page(found, notes=[STAND_IN] if only_names else []), encoding="utf-8")
    if as_json:
        print_json(found)
        return
    _print(found)
    if output is not None:
        say(f"Written to {plain(str(output))}.")


def _print(found: Mapping[str, Any]) -> None:
    data = found["data"]
    statuses = ", ".join(f"{count:,} {name}" for name, count in data["statuses"].items())
    say(f"Model [bold]{found['model']}[/]. {data['photos']:,} photos: {statuses}; failure to enrol "
        f"{data['failure_to_enrol']:.2%}. {data['people']:,} people, {data['genuine_pairs']:,} genuine and "
        f"{data['impostor_pairs']:,} impostor pairs.")  # fmt: skip
    print_table(
        "False non-match rate at false match rate, with 95 % intervals by bootstrap over people",
        ["score", "FMR", "threshold", "FNMR", "interval", "with unusable photos", ""],
        [
            [kind, f"{rate['fmr']:.0e}", f"{rate['threshold']:.3f}", f"{rate['fnmr']:.2%}",
             f"{rate['low']:.2%} – {rate['high']:.2%}", f"{rate['fnmr_with_unusable']:.2%}",
             "fitted" if rate["fitted"] else ""]
            for kind, one in found["scores"].items() for rate in one["rates"]
        ],
    )  # fmt: skip
    print_table(
        "Likelihood ratios, on people that they were not learnt from",
        ["score", "EER", "map", "Cllr", "Cllr_min", "log10 LR supported"],
        [
            [kind, f"{one['equal_error_rate']:.2%}", one["method"], f"{one['cllr']:.3f}", f"{one['cllr_min']:.3f}",
             f"{one['log10_lr_low']:.1f} to {one['log10_lr_high']:.1f}"]
            for kind, one in found["scores"].items()
        ],
    )  # fmt: skip
    print_groups("Groups at the threshold of FMR 1e-3, normed scores", found["groups"]["normed"])
    say(str(found["note"]))
    print_table(
        "Expected among N people, normed scores alone, 1 % with a duplicate",
        ["N", "FMR", "false pairs", "interval", "duplicates found", "missed"],
        [
            [f"{row['people']:,}", f"{row['fmr']:.0e}", f"{row['false_pairs']:.1e}",
             f"{row['low']:.1e} – {row['high']:.1e}", f"{row['found']:,.0f}", f"{row['missed']:,.0f}"]
            for row in found["expected"]
        ],
        left=0,
    )  # fmt: skip
    print_table(
        "Closest pairs of different identities: label errors, siblings, twins are among them",
        ["file", "other file", "distance", "normed", "log10 LR"],
        [
            [pair["file_a"], pair["file_b"], f"{pair['distance']:.3f}", f"{pair['score']:.2f}",
             f"{pair['log10_lr']:.1f}"]
            for pair in found["closest_different"][:SHOWN]
        ],
        left=2,
    )  # fmt: skip


def print_groups(title: str, rows: list[dict[str, Any]]) -> None:
    """Print error rates by group; a dash where a group has fewer than 30 people or no genuine pair."""
    print_table(
        title,
        ["group", "people", "FMR", "interval", "ratio", "FNMR", "interval"],
        [
            ["all" if row["attribute"] == "all" else f"{row['attribute']}: {row['group']}", f"{row['people']:,}",
             _shown(row["fmr"], ".1e"), _range(row, "fmr", ".1e"), _shown(row["ratio"], ".2g"),
             _shown(row["fnmr"], ".1%"), _range(row, "fnmr", ".1%")]
            for row in rows
        ],
    )  # fmt: skip


def _shown(value: float | None, how: str) -> str:
    return "–" if value is None else format(value, how)


def _range(row: Mapping[str, Any], name: str, how: str) -> str:
    return f"{_shown(row[f'{name}_low'], how)} – {_shown(row[f'{name}_high'], how)}" if row[name] is not None else "–"
