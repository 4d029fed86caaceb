"""`tepat simulate`, `tepat ingest`, `tepat status`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.access_log import record
from analytics.cli.output import plain, print_json, print_table, progress, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked
from analytics.ingest import Ingested, check, ingest
from analytics.ingest.batch import Mode
from analytics.settings import settings
from analytics.simulator import simulate
from analytics.simulator.parameters import LATEST_UNTIL
from analytics.store import open_store
from validation.errors import ExportError, TepatError
from validation.gate import Verdict

PILOT_MAPPING = "banyuwangi.toml"
DEFAULT_FAMILIES = 60_000
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


SIMULATED = "banyuwangi-"
"""What the names of the folders of simulated exports begin with."""


def latest_simulated_export(home: Path) -> Path | None:
    """Return the folder of the pilot that was simulated last, None where there is none."""
    folders = [path for path in (home / "exports").glob(f"{SIMULATED}*") if path.is_dir()]
    return max(folders, key=lambda path: path.stat().st_mtime_ns, default=None)


def simulate_pilot(
    *,
    families: Annotated[int, typer.Option(help="Families in the regency; the real one has about 680,000.")] = (
        DEFAULT_FAMILIES
    ),
    seed: Annotated[int, typer.Option(help="The same seed gives the same pilot.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the data; default: today.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate the Banyuwangi pilot and publish it, through the same gate as real exports.

    The exports go to TEPAT_HOME/exports, the truth behind them, which the product never reads, to TEPAT_HOME/truth.
    """
    home = settings().home
    last: date = until.date() if until else min(datetime.now(UTC).date(), LATEST_UNTIL)
    name = f"{SIMULATED}{families}-{seed}"
    with progress() as report:
        simulate(
            families=families,
            seed=seed,
            until=last,
            exports=home / "exports" / name,
            truth=home / "truth" / name,
            progress=lambda what, share: report(what, share / 2),
        )
        done = ingest(
            shipped_mapping(),
            home / "exports" / name,
            settings=settings(),
            progress=lambda what, share: report(what, 0.5 + share / 2),
        )
    log_published(done, mode="replace")
    print_ingested(done, as_json=as_json)


def ingest_export(
    *,
    mapping: Annotated[Path, typer.Argument(help="The TOML mapping; examples/ holds two.", show_default=False)],
    source: Annotated[Path, typer.Option(help="Folder that holds the export's files.", show_default=False)],
    add: Annotated[
        bool, typer.Option("--add", help="The files hold new and changed rows; rows with a known key take its place.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the gate finds and publish nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring an export in: read it as the mapping says, pass it through the gate, publish a new snapshot.

    Nothing is published when the export cannot be read or too many rows are bad; the last good snapshot stays.
    """
    if not source.is_dir():
        raise ExportError(f"There is no folder {source}.", next_step="Give --source the folder of the export's files.")
    if add and dry_run:
        raise ExportError("--dry-run judges a whole export.", next_step="Leave --add or --dry-run out.")
    with progress() as report:
        if dry_run:
            verdict = check(mapping, source, settings=settings(), progress=report)
        else:
            mode: Mode = "add" if add else "replace"
            done = ingest(mapping, source, settings=settings(), mode=mode, progress=report)
    if dry_run:
        _print_verdict(verdict, as_json=as_json)
    else:
        log_published(done, mode=mode)
        print_ingested(done, as_json=as_json)


def log_published(done: Ingested, *, mode: Mode) -> None:
    """Append to the access log what was published, if anything."""
    if done.already_in:
        return
    manifest = done.manifest
    record(
        settings(), action="publish", kind="dataset", ref=manifest.dataset.name,
        details={"snapshot": manifest.snapshot, "mode": mode, "families": manifest.tables["families"].rows},
    )  # fmt: skip


def status(*, area: AreaOption = "", role: RoleOption = "", as_json: JsonOption = False) -> None:
    """Say what is published: data sets, snapshots, rows let in and kept out, and how the last try ended.

    In an area no rows are counted: the counts are those of whole data sets.
    """
    part = bool(area_asked("mutu_data", role=role, area=area))
    store = open_store(settings())
    current = store.manifest()
    catalogue = store.catalogue()
    names = sorted(catalogue.datasets) if catalogue else []
    if as_json:
        print_json({"current": current.dataset.name, "datasets": [_described(name, part=part) for name in names]})
        return
    for name in names:
        entry = _described(name, part=part)
        mark = " (shown first)" if name == current.dataset.name else ""
        rows = [[table, f"{fact['rows']:,}", f"{fact['rejected']:,}"] for table, fact in entry["tables"].items()]
        said = (f"{name}{mark}: {entry['sensitivity']}, data until {entry['data_until']}, snapshot "
                f"{entry['snapshot']}")  # fmt: skip
        if part:
            say(f"[bold]{plain(said)}[/]")
        else:
            print_table(said, ["table", "rows", "rejected"], rows)
        if not entry["last_attempt"]["published"]:
            say(f"[bold red]The last try to publish failed:[/] {plain(entry['last_attempt']['message'])}")


def _described(name: str, *, part: bool = False) -> dict[str, Any]:
    """Return what a data set is; to who sees a part of it, without what counts or tells of the whole."""
    store = open_store(settings())
    manifest, attempt = store.manifest(name), store.last_attempt(name)
    if part:
        manifest, attempt = manifest.limited(), attempt and attempt.limited()
    return {
        "name": name,
        "sensitivity": manifest.dataset.sensitivity,
        "snapshot": manifest.snapshot,
        "published_at": f"{manifest.published_at:%Y-%m-%dT%H:%M:%S}Z",
        "data_until": f"{manifest.data_until:%Y-%m-%dT%H:%M:%S}Z",
        "tables": {table: facts.model_dump() for table, facts in manifest.tables.items()},
        "last_attempt": attempt.model_dump(mode="json") if attempt else None,
    }


def _print_verdict(verdict: Verdict, *, as_json: bool) -> None:
    """Say what the gate would do with an export."""
    broken = verdict.results[verdict.results["failed"] > 0]
    rows = [[name, f"{count:,}", f"{verdict.rejected[name]:,}"] for name, count in verdict.accepted.items()]
    if as_json:
        columns = ["table", "rule", "severity", "owner", "says_id", "says_en", "checked", "failed"]
        print_json(
            {
                "tables": {
                    name: {"rows": count, "rejected": verdict.rejected[name]}
                    for name, count in verdict.accepted.items()
                },
                "broken": broken[columns].to_dict("records"),
            }
        )
        return
    print_table("Nothing was published; the gate would let in", ["table", "rows", "rejected"], rows)
    if broken.empty:
        say("No rule is broken.")
        return
    says = f"says_{settings().language}"
    print_table(
        "Broken rules",
        ["rule", "says", "severity", "rows"],
        [[entry["rule"], entry[says], entry["severity"], f"{entry['failed']:,}"] for _, entry in broken.iterrows()],
        left=3,
    )


def print_ingested(done: Ingested, *, as_json: bool) -> None:
    """Say what was published."""
    manifest = done.manifest
    if as_json:
        print_json(
            {"published": not done.already_in, "already_in": done.already_in} | _described(manifest.dataset.name)
        )
        return
    if done.already_in:
        say(f"This export is already in, as snapshot {manifest.snapshot}; nothing was counted twice.")
        return
    rows = [[name, f"{facts.rows:,}", f"{facts.rejected:,}"] for name, facts in manifest.tables.items()]
    print_table(f"Published {manifest.dataset.name}, snapshot {manifest.snapshot}", ["table", "rows", "rejected"], rows)
    if any(facts.rejected for facts in manifest.tables.values()):
        say("`tepat quarantine list` and the page Mutu Data name the rejected rows and the rules that they break.")


def shipped_mapping() -> Path:
    """Return the mapping of the simulated pilot.

    Raises:
        TepatError: the command does not run from a checkout.
    """
    path = Path(__file__).parents[2] / "examples" / PILOT_MAPPING
    if not path.is_file():
        raise TepatError(
            "The mapping of the simulated pilot is missing.", next_step="Run tepat from a checkout of the project."
        )
    return path
