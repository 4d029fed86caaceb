"""`tepat backup`: make one, look whether it is sound, bring it back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.access_log import record
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, progress, say
from analytics.settings import settings

app = typer.Typer(
    help="Back up the register, the warehouse, faces and models; look whether a backup is sound; bring it back.",
    no_args_is_help=True,
)
FolderArgument = Annotated[Path, typer.Argument(help="Folder of backups.", show_default=False)]
IdOption = Annotated[str, typer.Option("--id", help="Which backup; default: the newest.")]
PassphraseOption = Annotated[
    Path | None, typer.Option(help="File whose first line is the passphrase of the keys.", show_default=False)
]


@app.command("create")
def create(
    *,
    to: FolderArgument,
    include_keys: Annotated[
        Path | None,
        typer.Option(
            help="Store the keys too, encrypted with the passphrase in the first line of this file. Without the keys "
            "nothing of the vault and no template can be read, and no export be matched.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Most backups that stay; default: all.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a backup while everybody works on; what an earlier one holds is not stored again.

    A backup is whole or it is not there: after an interruption run it again. Exports are not in it.
    """
    from analytics.backup import create as run  # noqa: PLC0415 - loads the register
    from analytics.backup.home_files import left_out  # noqa: PLC0415
    from analytics.backup.sealed_keys import read_passphrase  # noqa: PLC0415

    passphrase = read_passphrase(include_keys) if include_keys else None
    if settings().home.is_dir():
        record(settings(), action="back_up", kind="backup", details={"keys": passphrase is not None})
    with progress() as report:
        made = run(settings(), to, passphrase=passphrase, keep=keep, progress=report)
    out = left_out(settings().home)
    if as_json:
        print_json(_described(made) | {"left_out": out})
        return
    _print(made, "made")
    if out:
        say(f"Not in it, of the home folder: {', '.join(out)}.")
    if made.keys and not made.keys_sha256:
        say(
            "[bold]The keys are not in it.[/] Back them up apart, or with --include-keys: without them it is of no use."
        )


@app.command("verify")
def verify(
    *,
    folder: FolderArgument,
    backup_id: IdOption = "",
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a whole backup and say whether everything in it is as it was written."""
    from analytics.backup import verify as run  # noqa: PLC0415 - loads the register
    from analytics.backup.sealed_keys import read_passphrase  # noqa: PLC0415

    passphrase = read_passphrase(passphrase_file) if passphrase_file else None
    with progress() as report:
        found = run(folder, backup_id=backup_id, passphrase=passphrase, progress=report)
    if as_json:
        print_json(_described(found))
        return
    _print(found, "is sound")


@app.command("restore")
def restore(
    *,
    folder: FolderArgument,
    home: Annotated[
        Path | None, typer.Option(help="New home folder; default: TEPAT_HOME. It must be empty.", show_default=False)
    ] = None,
    backup_id: IdOption = "",
    passphrase_file: PassphraseOption = None,
    keys: Annotated[
        Path | None, typer.Option(help="File of the keys; default: the one in the folder.", show_default=False)
    ] = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Restore the data alone; you bring keys/ back yourself.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a backup back into an empty home, and into the empty database of TEPAT_REGISTER_URL where that is set.

    Everything is read and compared before anything is written. After an interruption run it again.
    """
    from analytics.backup import BackupError  # noqa: PLC0415 - loads the register
    from analytics.backup import restore as run  # noqa: PLC0415
    from analytics.backup.sealed_keys import read_passphrase  # noqa: PLC0415

    if (passphrase_file is None) is not without_keys:
        raise BackupError(
            "It is not clear what is to become of the keys.",
            cause="Tepat makes new keys where there are none; with these nothing that was restored can be read.",
            next_step="Give --passphrase-file, or --without-keys and bring the folder keys/ back before anything else.",
        )
    own = settings() if home is None else settings().model_copy(update={"home": home})
    passphrase = read_passphrase(passphrase_file) if passphrase_file else None
    with progress() as report:
        done = run(folder, own, backup_id=backup_id, passphrase=passphrase, keys_file=keys, progress=report)
    if not without_keys:
        record(own, action="restore", kind="backup", ref=done.id)
    if as_json:
        print_json(_described(done) | {"home": str(own.home)})
        return
    _print(done, f"restored to {own.home}")
    if without_keys:
        say("That it was restored is not in the access log, whose key is not here yet.")
    if without_keys and done.keys:
        say(f"[bold]Bring back the keys first:[/] {', '.join(f'keys/{name}.key' for name in done.keys)}.")


def _described(backup: Any) -> dict[str, Any]:
    return {
        "id": backup.id,
        "made_at": f"{backup.made_at:%Y-%m-%dT%H:%M:%S}Z",
        "step": backup.step,
        "tables": {table.name: table.rows for table in backup.tables},
        "files": len(backup.files),
        "bytes": sum(backup.objects.values()),
        "keys": sorted(backup.keys),
        "keys_included": backup.keys_sha256 is not None,
    }


def _print(backup: Any, what: str) -> None:
    told = _described(backup)
    say(f"Backup [bold]{backup.id}[/] {what}: {told['files']:,} files, {told['bytes'] / 1e6:,.1f} MB.")
    if backup.tables:
        print_table("", ["table", "rows"], [[name, f"{rows:,}"] for name, rows in told["tables"].items()])
