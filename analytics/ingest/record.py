"""What a snapshot keeps of the gate: results, districts, findings by batch, and the results of the batches before.

Tables of the room `gate`: `results`, `districts`, `quarantine` (rows kept out), `warned` (rows counted with a note),
`shares` (rows of each category, for the next comparison), `history` (results by batch). None holds an identifier.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.ingest.mended import Origins
from analytics.store import Staging
from validation.gate import ANY, Verdict

KEY = ["table", "batch", "row"]
FINDINGS = pa.schema(
    [(name, pa.string()) for name in ("table", "rule", "severity", "district", "subject", "file")]
    + [("row", pa.int64()), ("batch", pa.string()), ("says_id", pa.string()), ("says_en", pa.string())]
)
RESULTS = pa.schema(
    [(name, pa.string()) for name in ("table", "rule", "severity", "owner", "says_id", "says_en")]
    + [("checked", pa.int64()), ("failed", pa.int64())]
)
DISTRICTS = pa.schema(
    [(name, pa.string()) for name in ("table", "rule", "district")] + [("checked", pa.int64()), ("failed", pa.int64())]
)
HISTORY = pa.schema([("batch", pa.string()), ("at", pa.timestamp("us")), *RESULTS])
SHARES = pa.schema([("table", pa.string()), ("column", pa.string()), ("value", pa.string()), ("rows", pa.int64())])


@dataclass(frozen=True, kw_only=True)
class Before:
    """The gate's tables of the snapshot that a batch is added to, or empty ones."""

    quarantine: pd.DataFrame
    warned: pd.DataFrame
    history: pd.DataFrame
    shares: pd.DataFrame


def read_before(folder: Path | None) -> Before:
    """Read what the last snapshot kept; empty tables without one, or where an older version kept less."""

    def read(name: str, schema: pa.Schema) -> pd.DataFrame:
        path = folder / "gate" / f"{name}.parquet" if folder else None
        known = path is not None and path.is_file() and set(schema.names) <= set(pq.read_schema(path).names)
        kept = pq.read_table(path, columns=schema.names) if known else schema.empty_table()
        frame: pd.DataFrame = kept.to_pandas()
        return frame

    return Before(
        quarantine=read("quarantine", FINDINGS),
        warned=read("warned", FINDINGS),
        history=read("history", HISTORY),
        shares=read("shares", SHARES),
    )


def with_origins(verdict: Verdict, batch: str, origins: dict[str, Origins]) -> pd.DataFrame:
    """Return the findings with the batch and what each rule says; rows from elsewhere keep the place they came from."""
    says = verdict.results.drop_duplicates("rule").set_index("rule")[["says_id", "says_en"]]
    found: pd.DataFrame = verdict.findings.join(says, on="rule").assign(batch=batch)
    for table, places in origins.items():
        own = (found["table"] == table) & found["row"].isin(list(places))
        if not own.any():
            continue
        of = [places[int(row)] for row in found.loc[own, "row"]]
        found.loc[own, "batch"] = [place.batch for place in of]
        found.loc[own, "file"] = [place.file or file for place, file in zip(of, found.loc[own, "file"], strict=True)]
        found.loc[own, "row"] = [place.row for place in of]
    return found


def open_findings(before: pd.DataFrame, new: pd.DataFrame, origins: dict[str, Origins]) -> pd.DataFrame:
    """Return the findings that stand: those before, without the rows that were mended, and the new ones."""
    mended = {(table, place.batch, place.row) for table, places in origins.items() for place in places.values()}
    still = [key not in mended for key in before[KEY].itertuples(index=False, name=None)]
    standing: pd.DataFrame = before[still]
    kept = [frame for frame in (standing, new) if not frame.empty]
    return pd.concat(kept, ignore_index=True) if kept else new


def write(staging: Staging, name: str, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Write one table of the gate's room."""
    frame = frame.reindex(columns=schema.names)
    staging.write("gate", name, pa.Table.from_pandas(frame, schema=schema, preserve_index=False))


def history_of(before: pd.DataFrame, verdict: Verdict, *, batch: str, at: datetime) -> pd.DataFrame:
    """Return the results of every batch, this one last; the rule `ANY` counts the rows that any rule kept out."""
    kept_out = pd.DataFrame(
        [
            (name, ANY, "quarantine", "", "", "", accepted + verdict.rejected[name], verdict.rejected[name])
            for name, accepted in verdict.accepted.items()
        ],
        columns=RESULTS.names,
    )
    results = pd.concat([verdict.results, kept_out], ignore_index=True)
    new: pd.DataFrame = results.assign(batch=batch, at=at)[HISTORY.names]
    return new if before.empty else pd.concat([before, new], ignore_index=True)
