"""`tepat train`, `tepat score`, `tepat evaluate model`: the scores of suspected mistargeting."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, progress, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked, open_within
from analytics.settings import settings
from analytics.store import open_store

if TYPE_CHECKING:
    from analytics.risk.drift import LabelShift, Moved

app = typer.Typer(help="Measure what a model is worth on families that it did not see.", no_args_is_help=True)

DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
ProgrammeOption = Annotated[list[str] | None, typer.Option(help="Programme; may be repeated. Default: all checked.")]
PoorestOption = Annotated[
    float | None,
    typer.Option(
        min=0.01, max=0.99,
        help="Take for entitled the families whose measured consumption is among the lowest share, e.g. 0.4, instead "
        "of what the checkers said.",
    ),
]  # fmt: skip
SeedOption = Annotated[int, typer.Option(help="Seed of folds, permutation and bootstrap.")]
SIDES = {
    "not_entitled_receiver": "receives, may not be entitled",
    "entitled_non_receiver": "does not receive, may be entitled",
}
MEASURES = {
    "missed": "entitled, missed",
    "wrongly_listed": "not entitled, listed",
    "precision": "precision",
    "calibration_gap": "predicted - observed",
}


def train(
    *,
    programme: ProgrammeOption = None,
    poorest: PoorestOption = None,
    seed: SeedOption = 20120401,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Learn the two scores from the random field checks, evaluate and save them.

    A score opens a check. It changes no eligibility and stops no payment.
    """
    from analytics.risk.training import train_all  # noqa: PLC0415 - loads XGBoost and scikit-learn

    warehouse = open_store(settings()).open(dataset or settings().dataset)
    with progress() as report:
        manifest = train_all(
            warehouse, settings(), programmes=programme or (), poorest=poorest, seed=seed, progress=report
        )
    if as_json:
        print_json(manifest.model_dump(mode="json"))
        return
    say(f"Model [bold]{manifest.id}[/] of {manifest.dataset}, snapshot {manifest.snapshot}, is the current one.")
    for trained in manifest.programmes.values():
        _print_evaluation(trained.evaluation)


def score(*, dataset: DatasetOption = "", as_json: JsonOption = False) -> None:
    """Score every family of the latest snapshot with the current model."""
    from analytics.risk.drift import drift, label_shift  # noqa: PLC0415
    from analytics.risk.saved import current  # noqa: PLC0415
    from analytics.risk.scoring import score_all  # noqa: PLC0415
    from analytics.risk.summary import summary  # noqa: PLC0415
    from analytics.risk.switch import demand_switched_on  # noqa: PLC0415

    demand_switched_on(settings())
    store = open_store(settings())
    warehouse = store.open(dataset or settings().dataset)
    manifest = current(settings().home, warehouse.manifest.dataset.name)
    with progress() as report:
        path = score_all(store, warehouse, settings(), manifest, progress=report)
    found = summary(path)
    moved = drift(manifest, warehouse, path)
    shifts = {name: label_shift(manifest, warehouse, settings(), name) for name in manifest.programmes}
    if as_json:
        print_json(
            {
                "model": manifest.id,
                "snapshot": warehouse.manifest.snapshot,
                "scores": found,
                "drift": [row._asdict() for row in moved],
                "label_shift": {name: shift and vars(shift) for name, shift in shifts.items()},
            }
        )
        return
    say(f"Scored by [bold]{manifest.id}[/]. A score opens a check and decides nothing.")
    rows = [
        [row["programme"], "receives" if row["receives"] else "does not receive", f"{row['families']:,}",
         f"{row['too_little_known']:,}", f"{row['expected']:,.0f}"]
        for row in found
    ]  # fmt: skip
    header = ["programme", "side", "families", "too little known", "expected on the wrong side"]
    print_table("", header, rows, left=2)
    _print_drift(moved, shifts)


@app.command("model")
def evaluate_model(
    *,
    programme: ProgrammeOption = None,
    poorest: PoorestOption = None,
    repeats: Annotated[int, typer.Option(min=1, help="Partitions of the villages; figures are their means.")] = 1,
    seed: SeedOption = 20120401,
    area: AreaOption = "",
    role: RoleOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Ten-fold by village: XGBoost beside logistic regression and proxy-means test, and the guards against leaks."""
    from analytics.risk.learners import learners  # noqa: PLC0415
    from analytics.risk.switch import demand_switched_on  # noqa: PLC0415
    from analytics.risk.training import evaluated, programmes_checked  # noqa: PLC0415

    demand_switched_on(settings())
    warehouse = open_within(area_asked("kartu_model", role=role, area=area), dataset)
    found = []
    with progress() as report:
        for name in programme or programmes_checked(warehouse) or [""]:
            known = learners(warehouse, name, poorest=poorest)
            found.append(evaluated(known, seed=seed, repeats=repeats, progress=report))
    if as_json:
        print_json({"snapshot": warehouse.manifest.snapshot, "poorest": poorest, "programmes": found})
        return
    for evaluation in found:
        _print_evaluation(evaluation)


def _print_drift(moved: "Sequence[Moved]", shifts: "Mapping[str, LabelShift | None]") -> None:
    """Print what moved since training, and whether later checks bear the level out."""
    if not moved:
        say("The model was saved without what later data are compared with: train anew to see drift.")
        return
    for kind, title in (("feature", "Features"), ("score", "Scores")):
        own = [row for row in moved if row.kind == kind]
        apart = [f"{row.name} {row.psi:.2f} ({row.says})" for row in own if row.says != "stable"]
        if own:
            say(f"{title} since training (PSI, Siddiqi 2006: below .1 stable, above .25 moved): "
                f"{', '.join(apart) or 'all stable'}.")  # fmt: skip
    for programme, shift in shifts.items():
        if shift is None:
            say(f"{programme}: fewer than 30 random checks since training: whether the calibration holds is not known.")
        else:
            say(f"{programme}: {shift.checks:,} random checks since training found {shift.observed:.1%} entitled, the "
                f"model expected {shift.predicted:.1%}: {shift.shift:+.1%} ({shift.low:+.1%} to {shift.high:+.1%}), "
                f"{shift.says}.")  # fmt: skip


def _print_evaluation(found: dict[str, Any]) -> None:
    say(
        f"[bold]{found['programme']}[/]: {found['checks']:,} checks in {found['villages']:,} villages, "
        f"{found['entitled']:,} found entitled; {found['left_out_too_little_known']:,} left out, too little known. "
        f"{found['folds']}-fold by village, {found['repeats']} partition(s)."
    )
    rows = [
        [name, f"{m['auc']:.3f} ± {m['auc_se']:.3f}",
         f"{m['error_at_equal_quota']:.3f} ± {m['error_at_equal_quota_se']:.3f}", f"{m['calibration_error']:.3f}",
         f"{m['brier']:.3f}"]
        for name, m in found["models"].items()
    ]  # fmt: skip
    print_table("", ["model", "AUC ± SE", "error at equal quota ± SE", "calibration error", "Brier"], rows)
    gap = found["comparison"]
    say(f"XGBoost − proxy-means test: {gap['gap']:+.3f} ± {gap['gap_se']:.3f}, {gap['says']}.")
    for side, title in SIDES.items():
        rows = [
            [name, f"{m['sides'][side]['checks']:,}", f"{m['sides'][side]['base_rate']:.1%}",
             f"{m['sides'][side]['auc']:.3f}", f"{m['sides'][side]['calibration_error']:.3f}",
             *(f"{value:.3f}" for value in m["sides"][side]["precision"].values())]
            for name, m in found["models"].items() if m["sides"][side]["checks"]
        ]  # fmt: skip
        header = ["model", "checks", "base rate", "AUC", "calibration error", "top 5 %", "top 10 %", "top 20 %"]
        if rows:
            print_table(title, header, rows)
    _print_fairness(found.get("fairness", []))  # models of an earlier version have none
    say(f"With permuted answers: AUC {found['permuted_auc']:.3f}.")
    if found["unseen_provinces"]:
        rows = [
            [p["province"], f"{p['checks']:,}", f"{p['auc']:.3f}", f"{p['calibration_error']:.3f}",
             f"{p['auc_local']:.3f}", f"{p['calibration_error_local']:.3f}"]
            for p in found["unseen_provinces"]
        ]  # fmt: skip
        header = ["province", "checks", "AUC", "calibration error", "AUC, 200 local checks", "calibration error"]
        print_table("unseen province", header, rows)
    if later := found["forward_in_time"]:
        say(f"Learnt until {later['learnt_until']}, told {later['period']} ({later['checks']:,} checks): "
            f"AUC {later['auc']:.3f}, calibration error {later['calibration_error']:.3f}.")  # fmt: skip


def _print_fairness(found: list[dict[str, Any]]) -> None:
    """Print the groups beside everybody; of the districts only how many differ, since one in twenty does by chance."""
    everybody = {row["measure"]: row for row in found if row["group"] == "all"}
    if not everybody:
        return
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in found:
        if row["group"] != "district":
            cells.setdefault((row["group"], row["value"]), {})[row["measure"]] = (
                f"{_percent(row['estimate'])} ({_percent(row['low'])}, {_percent(row['high'])})"
            )
    rows = [[f"{group}: {value}", *(own.get(name, "n < 30") for name in MEASURES)]
            for (group, value), own in cells.items()]  # fmt: skip
    print_table("groups, in %, with village-bootstrap 95 % intervals", ["group", *MEASURES.values()], rows)
    for name, title in MEASURES.items():
        places = [row for row in found if row["group"] == "district" and row["measure"] == name]
        apart = sum(not row["low"] <= everybody[name]["estimate"] <= row["high"] for row in places if name in everybody)
        if places:
            say(f"{title}: {apart} of {len(places)} districts have an interval without everybody's.")


def _percent(share: float) -> int:
    return round(100 * share)
