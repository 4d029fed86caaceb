"""`tepat faces pairs`, `tepat faces cases`, `tepat faces purge`: pairs in review, cases of the confirmed, the vault."""

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import pandas as pd
import typer

from analytics.adjudication import Agreement, Overview, open_adjudication
from analytics.adjudication.life import GRACE
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked
from analytics.settings import settings
from analytics.store import open_store
from analytics.vault import open_vault

DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
OfficerOption = Annotated[str, typer.Option(help="Your staff code.", show_default=False)]
COUNTS = ("found", "to_review", "undecided", "confirmed", "dismissed")


def pairs(
    *, area: AreaOption = "", role: RoleOption = "", dataset: DatasetOption = "", as_json: JsonOption = False
) -> None:
    """Count the pairs that may be one person: how many, of which run, where, and how well reviewers agree.

    Prints counts alone, and of no person.
    """
    own = area_asked("duplikat", role=role, area=area)
    name = named(dataset)
    with closing(open_adjudication(settings())) as whole:
        opened = whole.within(own)
        found, runs = opened.overview(name), opened.runs(name)
        agreed, speeds = opened.agreement(name), opened.speeds(name)
    if as_json:
        print_json(
            {
                "dataset": name,
                **{count: getattr(found, count) for count in (*COUNTS, "verdicts", "expected_false")},
                "runs": _rows(runs),
                "bands": _rows(found.bands),
                "places": {place: _rows(counts) for place, counts in found.places.items()},
                "agreement": [asdict(each) for each in agreed],
                "reviewers": _rows(speeds),
            }
        )
        return
    _print(found, name)
    _print_agreement(agreed, speeds)


def cases(
    *,
    officer: OfficerOption,
    reason: Annotated[str, typer.Option(help="Why, in a sentence; it is kept.", show_default=False)],
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Open cases of the families of pairs that two reviewers confirmed an hour ago or earlier.

    A case asks that a family be looked at again, for each programme that it receives. Nothing stops a payment.
    """
    from analytics.cases.selection import candidates  # noqa: PLC0415 - loads the models' libraries

    def receives() -> pd.DataFrame:
        with closing(open_store(settings()).open(manifest.dataset.name)) as warehouse:
            return candidates(warehouse).query("side == 'receives'")

    manifest = open_store(settings()).manifest(dataset or settings().dataset)
    with closing(open_adjudication(settings())) as opened:
        made = opened.open_cases(
            receives, dataset=manifest.dataset.name, snapshot=manifest.snapshot, officer=officer, reason=reason
        )
    if as_json:
        print_json({"dataset": manifest.dataset.name, "snapshot": manifest.snapshot} | asdict(made))
        return
    say(f"[bold]{made.cases:,} cases opened[/]; {made.joined:,} flags joined cases that are open.")
    if not made.by_kind:
        minutes = GRACE.total_seconds() / 60
        say(f"No pair was confirmed {minutes:.0f} minutes ago or earlier whose families receive anything.")


def purge(
    *,
    officer: OfficerOption,
    days: Annotated[int | None, typer.Option(min=1, help="Days since the decision; default: TEPAT_VAULT_DAYS.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count them, and forget nobody.")] = False,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Forget identity and photo of the people whose pairs were all decided long ago.

    What reviewers decided stays, by pseudonym, and so does the log of who looked at whom.
    """
    name = named(dataset)
    with closing(open_vault(settings(), dataset=name)) as vault:
        found = vault.purgeable(days=days) if dry_run else vault.purge(officer=officer, days=days)
    if as_json:
        print_json({"dataset": name, "people": found.people, "before": found.before.isoformat(), "dry_run": dry_run})
        return
    done = "would be forgotten" if dry_run else "forgotten"
    say(f"[bold]{found.people:,} people {done}[/], whose pairs were all decided before {found.before:%Y-%m-%d}.")


def named(dataset: str) -> str:
    """Return the data set: the one named, else that of the settings, else the one published last."""
    return dataset or settings().dataset or open_store(settings()).manifest().dataset.name


def _print(found: Overview, dataset: str) -> None:
    if not (run := found.run):
        say(f"No search for duplicates of {dataset} is kept. Run `tepat faces duplicates` first.")
        return
    share = "exact" if run["recall"] == 1 else f"recall {run['recall']:.1%}"
    say(
        f"[bold]{dataset}[/], run {run['id']} of {run['at']:%Y-%m-%d %H:%M} UTC, snapshot {run['snapshot']}: "
        f"{run['people']:,} people, {run['templates']:,} with a template, {run['pairs']:,} pairs; search "
        f"{run['method']} ({share}); target FPIR {run['target']:g}, {run['expected_false']:,.1f} false pairs expected "
        "to review."
    )
    print_table("", [name.replace("_", " ") for name in COUNTS], [[f"{getattr(found, name):,}" for name in COUNTS]],
                left=0)  # fmt: skip
    say(f"They need {found.verdicts:,} verdicts; of those not decided {found.expected_false:,.1f} are expected to be "
        "two people.")  # fmt: skip
    for place, counts in found.places.items():
        rows = [[row["value"] or "not known", *(f"{row[name]:,}" for name in COUNTS)] for row in _rows(counts)]
        print_table("", [place, *(name.replace("_", " ") for name in COUNTS)], rows)


def _print_agreement(agreed: list[Agreement], speeds: pd.DataFrame) -> None:
    if not agreed:
        say("No pair has two verdicts yet: how well reviewers agree is not known.")
        return
    rows = [
        [f"{each.by} {each.value}".strip(), f"{each.pairs:,}", f"{each.share:.1%} ({each.low:.1%}, {each.high:.1%})",
         _interval(each)]
        for each in agreed
    ]  # fmt: skip
    print_table("blind reviewers, with 95 % intervals", ["pairs", "judged twice", "agree", "κ"], rows)
    rows = [
        [row["reviewer"], f"{row['reviews']:,}", f"{row['median_seconds']:.0f}",
         "–" if row["pairs_per_hour"] is None else f"{row['pairs_per_hour']:.0f}"]
        for row in _rows(speeds)
    ]  # fmt: skip
    print_table("", ["reviewer", "verdicts", "median seconds", "pairs per hour"], rows)


def _interval(each: Agreement) -> str:
    kappa = each.kappa
    if kappa.value is None:
        return "–"
    return f"{kappa.value:.2f}" + ("" if kappa.low is None else f" ({kappa.low:.2f}, {kappa.high:.2f})")


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows that JSON can hold: None for what is empty, moments as ISO text."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
