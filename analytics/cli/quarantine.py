"""`tepat quarantine`: the rows that were kept out, and mending them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from analytics import quarantine
from analytics.access_log import record
from analytics.cli.data import JsonOption, log_published, print_ingested
from analytics.cli.output import plain, print_json, print_table, progress, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked
from analytics.ingest import ingest
from analytics.ingest.mapping import load_mapping
from analytics.metrics.quality import limited
from analytics.settings import settings
from validation.errors import ExportError

app = typer.Typer(
    help="Rows that the gate kept out: list them, take them out to be mended, bring them back in.", no_args_is_help=True
)
RefusedOption = Annotated[
    bool, typer.Option("--refused", help="The rows of the last export that was refused as a whole.")
]
MappingArgument = Annotated[Path, typer.Argument(help="The mapping of the export.", show_default=False)]


@app.command("list")
def list_findings(
    *,
    dataset: Annotated[str, typer.Option(help="Data set; default: the one published last.")] = "",
    table: Annotated[str, typer.Option(help="Only this table.")] = "",
    rule: Annotated[str, typer.Option(help="Only this rule, e.g. payments.amount.range.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Most rows printed; --json prints all.")] = 50,
    refused: RefusedOption = False,
    area: AreaOption = "",
    role: RoleOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the rejected rows with the rule that each breaks, its file and row number; never a value."""
    own = area_asked("mutu_data", role=role, area=area)
    found = limited(quarantine.findings(settings(), dataset, refused=refused), own)
    for column, wanted in (("table", table), ("rule", rule)):
        if wanted:
            found = found[found[column] == wanted]
    if as_json:
        columns = ["table", "rule", "severity", "district", "subject", "file", "row", "batch", "says_id", "says_en"]
        print_json({"findings": found[columns].to_dict("records")})
        return
    if found.empty:
        say("No row is in quarantine." if not (table or rule) else "No row in quarantine is like that.")
        return
    says = f"says_{settings().language}"
    counts = found.groupby(["rule", says]).size().rename("rows").sort_values(ascending=False).reset_index()
    print_table(
        f"{found[['table', 'batch', 'row']].drop_duplicates().shape[0]:,} rows in quarantine",
        ["rule", "says", "rows"],
        [[entry["rule"], entry[says], f"{entry['rows']:,}"] for entry in counts.to_dict("records")],
        left=2,
    )
    shown = found.head(limit)
    print_table(
        "",
        ["rule", "file", "row", "district"],
        [
            [entry["rule"], entry["file"] or entry["table"], str(entry["row"]), entry["district"] or "–"]
            for entry in shown.to_dict("records")
        ],
        left=2,
    )
    if len(found) > limit:
        say(f"{limit} of {len(found):,} shown; --limit or --json shows more.")


@app.command("export")
def export_rows(
    *,
    mapping: MappingArgument,
    source: Annotated[Path, typer.Option(help="Folder of the export, as it was ingested.", show_default=False)],
    to: Annotated[Path, typer.Option(help="Folder to write to; its files hold personal data.", show_default=False)],
    form: Annotated[Literal["xlsx", "csv"], typer.Option("--format", help="Kind of file.")] = "xlsx",
    refused: RefusedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the rejected rows to files, one a table, with the reasons beside them, to be corrected.

    Correct the rows, delete those that are not to be counted, leave the columns tepat_… as they are, and bring the
    folder back in with `tepat quarantine retry`.
    """
    _demand_folder(source)
    dataset = load_mapping(mapping).dataset.name
    record(
        settings(), action="export", kind="dataset", ref=dataset,
        details={"what": "quarantine", "format": form, "refused": refused},
    )  # fmt: skip
    written = quarantine.export(settings(), mapping, source, to, ending=f".{form}", refused=refused)
    if as_json:
        print_json({"files": [{"table": file.table, "file": str(file.path), "rows": file.rows} for file in written]})
        return
    print_table("Rejected rows", ["table", "rows", "file"], [[f.table, f"{f.rows:,}", str(f.path)] for f in written])
    if refused:
        say("The export was refused as a whole: correct it at its source and ingest it again.")
    else:
        say(f"Correct them, then: tepat quarantine retry {plain(str(mapping))} --source {plain(str(to))}")
    say("The files hold identifiers. Keep them where only you can read them, and delete them afterwards.")


@app.command("retry")
def retry(
    *,
    mapping: MappingArgument,
    source: Annotated[
        Path, typer.Option(help="Folder written by `tepat quarantine export`, corrected.", show_default=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Bring mended rows back in: those that pass are published and leave the quarantine, the others stay.

    Nothing is counted twice: a row whose key is published already does not pass, the same files twice do nothing.
    """
    _demand_folder(source)
    with progress() as report:
        done = ingest(mapping, source, settings=settings(), mode="mend", progress=report)
    log_published(done, mode="mend")
    print_ingested(done, as_json=as_json)


def _demand_folder(source: Path) -> None:
    if not source.is_dir():
        raise ExportError(f"There is no folder {source}.", next_step="Give --source the folder of the files.")
