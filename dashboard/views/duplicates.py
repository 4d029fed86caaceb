"""Duplikat: the pairs by band and place, the operating point, what is not seen, and how reviewers agree; no person."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.adjudication import STATES, Agreement, Overview
from analytics.disclosure import SMALLEST, hidden_in_list
from analytics.estimation import wilson
from analytics.linkage.findings import BANDS
from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart
from dashboard.charts.estimates import estimates
from dashboard.reader import Reader
from dashboard.tables import table
from dashboard.words import Words, is_missing

PLACES: Final = ("district", "agent", "channel")
COUNTS: Final = ("found", "to_review", "undecided", "confirmed", "dismissed")
RATES: Final = ("share", "low", "high")
MOST_ROWS: Final = 8
"""Places drawn; the table has all."""
KAPPA_WORDS: Final = ((0.8, "very_high"), (0.6, "high"), (0.4, "middling"), (0.2, "low"))
"""κ above each is called so; below, slight. Landis & Koch 1977, Biometrics 33:159."""

Rows = tuple[tuple[Any, ...], ...]
"""Rows of a table, hashable: a panel keeps its figure by them, as they change while the snapshot stays."""


def facts(reader: Reader, found: Overview) -> list[tuple[str, str]]:
    """Return the operating point: key of the name and what is said."""
    words, run = reader.words, found.run
    if run is None:
        return []
    chosen = run["settings"]
    searched = {"pairs": words.number(run["pairs"]), "people": words.number(run["people"])}
    said = [
        ("target", words("duplicates.target_text", target=words.percent(run["target"], decimals=2))),
        ("run_false", words(
            "duplicates.run_false_text", expected=words.number(run["expected_false"], decimals=1),
            shown=words.number(run["review"] + run["probable"]),
        )),
        ("compared", words("duplicates.compared_text", **searched)),
        ("recall", _recall(words, run)),
        ("model", run["model"] or words("duplicates.records_alone")),
        ("calibration", run["calibration"] or words("duplicates.records_alone")),
    ]  # fmt: skip
    if "budget" in chosen:
        said.append(("budget", words("duplicates.budget_text", budget=words.number(chosen["budget"]))))
    if "line" in chosen:
        said.append(("line", words("duplicates.line_text", line=words.percent(chosen["line"]))))
    zone = reader.manifest.dataset.timezone
    return [*said, ("run", f"{run['id']} · {words.moment(run['at'], zone=zone)} · {run['snapshot']}")]


def unseen(words: Words, found: Overview) -> list[str]:
    """Return what the search cannot see, one sentence each."""
    run = found.run
    if run is None:
        return []
    without = run["people"] - run["templates"]
    said = [words("duplicates.no_faces")] if not run["model"] else [
        words("duplicates.no_template", people=words.number(without), share=words.percent(without / run["people"])),
        words("duplicates.exact" if run["recall"] == 1 else "duplicates.approximate",
              recall=words.percent(run["recall"]), missed=words.percent(1 - run["recall"])),
    ]  # fmt: skip
    share = run["settings"].get("duplicates")
    if share is not None:
        expected = share * run["people"]
        shown = max(run["review"] + run["probable"] - run["expected_false"], 0)
        said.append(
            words(
                "duplicates.below_line",
                expected=words.number(expected),
                shown=words.number(shown),
                missed=words.number(max(expected - shown, 0)),
            )
        )
    return [*said, words("duplicates.altered"), words("duplicates.one_photo")]


def band_rows(found: Overview) -> Rows:
    """Return band and pairs, likeliest first."""
    pairs = found.bands.groupby("band")["pairs"].sum()
    return tuple((band, int(pairs[band])) for band in reversed(BANDS) if band in pairs)


def bands(reader: Reader, *, rows: Rows) -> Chart:
    """Pairs by band of the evidence."""
    words, total = reader.words, sum(pairs for _, pairs in rows)
    data = [(words(f"duplicates.band_{band}"), pairs, pairs / total) for band, pairs in rows]
    return bars(
        pd.DataFrame(data, columns=["name", "value", "share"]),
        words=words,
        measure=words("duplicates.found"),
        category_label=words("duplicates.band"),
    )


def state_table(reader: Reader, found: Overview) -> None:
    """Draw the pairs by state, one column a band."""
    words = reader.words
    counts = found.bands.pivot_table(index="state", columns="band", values="pairs", aggfunc="sum", fill_value=0)
    counts = counts.astype("int64").reindex([state for state in STATES if state in counts.index])
    there = [band for band in reversed(BANDS) if band in counts.columns]
    rows = counts[there].assign(name=[words(f"duplicates.state_{state}") for state in counts.index])
    headers = {"name": "duplicates.state"} | {band: f"duplicates.band_{band}" for band in there}
    table(reader, "duplicates.states", rows.reset_index(drop=True), headers)


def place_rows(reader: Reader, found: Overview, place: str) -> pd.DataFrame:
    """Return name, the counts and which share of the decided ones is confirmed, most pairs first.

    A place with fewer than `SMALLEST` pairs shows no number, and no share stands on fewer decided ones.
    """
    rows = found.places[place]
    decided = (rows["confirmed"] + rows["dismissed"]).to_numpy(dtype=float)
    enough = decided >= SMALLEST
    of = np.where(enough, decided, np.nan)
    low, high = wilson(np.where(enough, rows["confirmed"], 0.0), np.where(enough, decided, 1.0))
    rates = {"share": rows["confirmed"] / of, "low": np.where(enough, low, np.nan),
             "high": np.where(enough, high, np.nan)}  # fmt: skip
    few = hidden_in_list(rows["found"])
    shown = rows.assign(**rates, few=few).astype(dict.fromkeys(COUNTS, "Int64"))
    shown.loc[few, [*COUNTS, *RATES]] = pd.NA
    names = [_place_name(reader, place, value) for value in rows["value"]]
    return shown.assign(name=names)


def counted(rows: pd.DataFrame) -> Rows:
    """Return name and pairs of the places that are drawn."""
    shown = rows[~rows["few"]].head(MOST_ROWS)
    return tuple((str(name), int(pairs)) for name, pairs in zip(shown["name"], shown["found"], strict=True))


def rated(rows: pd.DataFrame) -> Rows:
    """Return name, share and interval of the places that have a share."""
    shown = rows.dropna(subset=["share"]).head(MOST_ROWS)
    return tuple((str(name), *map(float, rates)) for name, *rates in shown[["name", *RATES]].itertuples(index=False))


def pairs_by_place(reader: Reader, *, rows: Rows, place: str) -> Chart:
    """Pairs found by place."""
    words = reader.words
    return bars(
        pd.DataFrame(list(rows), columns=["name", "value"]),
        words=words,
        measure=words("duplicates.found"),
        category_label=words(f"duplicates.place_{place}"),
    )


def confirmed_by_place(reader: Reader, *, rows: Rows, place: str) -> Chart:
    """Share of the decided pairs that are one person, with its interval, by place."""
    words = reader.words
    return estimates(
        pd.DataFrame(list(rows), columns=["name", "value", "low", "high"]),
        words=words,
        measure=words("duplicates.share"),
        category_label=words(f"duplicates.place_{place}"),
    )


def place_table(reader: Reader, rows: pd.DataFrame, place: str) -> None:
    """Draw all places with all counts."""
    words = reader.words
    few = words("charts.caterpillar_few")
    named = [f"{name} · {few}" if hidden else name for name, hidden in zip(rows["name"], rows["few"], strict=True)]
    headers = {"name": f"duplicates.place_{place}"} | {name: f"duplicates.{name}" for name in (*COUNTS, *RATES)}
    table(reader, "duplicates.places", rows.assign(name=named), headers, passed=RATES)


def agreement_sentences(words: Words, agreed: Sequence[Agreement]) -> list[str]:
    """Return how well two blind reviewers agree over all pairs, and what κ means."""
    every = next((each for each in agreed if each.by == "all"), None)
    if every is None:
        return []
    interval = words.interval(every.low, every.high)
    said = [words("duplicates.agreed", pairs=words.number(every.pairs), share=words.percent(every.share),
                  interval=interval)]  # fmt: skip
    kappa = every.kappa
    if kappa.value is None:
        return [*said, words("duplicates.kappa_none")]
    called = next((name for least, name in KAPPA_WORDS if kappa.value > least), "slight")
    ends = "" if kappa.low is None else words(
        "duplicates.kappa_interval", interval=words.interval(kappa.low, kappa.high, unit="number", decimals=2)
    )  # fmt: skip
    value = words.number(kappa.value, decimals=2)
    return [*said, words("duplicates.kappa", value=value, ends=ends, called=words(f"duplicates.kappa_{called}"))]


def speed_sentences(words: Words, speeds: pd.DataFrame) -> list[str]:
    """Return how fast reviewers are together; none is named."""
    timed = speeds.dropna(subset=["pairs_per_hour"])
    if timed.empty:
        return []
    reviews = timed["reviews"].sum()
    hours = (timed["reviews"] / timed["pairs_per_hour"]).sum()
    return [
        words(
            "duplicates.speed",
            reviews=words.number(reviews),
            reviewers=words.number(len(timed)),
            per_hour=words.number(reviews / hours),
        )
    ]


def agreement_table(reader: Reader, agreed: Sequence[Agreement]) -> None:
    """Draw the agreement by band and by month."""
    words = reader.words
    rows = pd.DataFrame(
        [
            {
                "group": _group(words, each), "judged_twice": each.pairs, "agree": each.share, "agree_low": each.low,
                "agree_high": each.high, "kappa_value": each.kappa.value, "kappa_low": each.kappa.low,
                "kappa_high": each.kappa.high,
            }
            for each in agreed
        ]
    )  # fmt: skip
    kappas = ("kappa_value", "kappa_low", "kappa_high")
    rows = rows.astype(dict.fromkeys(kappas, float))
    headers = {name: f"duplicates.column_{name}" for name in rows.columns}
    table(reader, "duplicates.agreements", rows, headers, passed=("agree", "agree_low", "agree_high"),
          decimals=dict.fromkeys(kappas, 2))  # fmt: skip


def _recall(words: Words, run: Any) -> str:
    if not run["model"]:
        return words("duplicates.records_alone")
    if run["recall"] == 1:
        return words("duplicates.recall_exact")
    return words("duplicates.recall_text", recall=words.percent(run["recall"]), method=run["method"])


def _place_name(reader: Reader, place: str, value: str) -> str:
    words = reader.words
    if is_missing(value) or not value:
        return words(f"duplicates.no_{place}")
    if place == "district":
        return reader.place(value)
    return words(f"codes.channel_{value}") if place == "channel" else value


def _group(words: Words, each: Agreement) -> str:
    if each.by == "all":
        return words("duplicates.all_pairs")
    if each.by == "band":
        return words(f"duplicates.band_{each.value}")
    return words.month(pd.Timestamp(f"{each.value}-01"))
