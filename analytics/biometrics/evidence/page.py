"""An evaluation as a page: figures and how they were made, and nobody's name."""

from collections.abc import Mapping, Sequence
from typing import Any

KIND_NAMES = {"raw": "raw distance", "centred": "centred", "normed": "normed (AS-norm)"}
Row = Sequence[str]

RATES = (
    "In brackets: 95 % interval, bootstrap over people. Fitted: fewer than 30 impostor pairs lie above; threshold and "
    "rate come from the fitted tail. With unusable photos: pairs with a photo without template count as rejected."
)
RATES_HEADER = ("score", "FMR", "threshold", "FNMR", "rejected", "FNMR with unusable photos", "")
RATIOS = (
    "Cllr in bits: 0 perfect, 1 as good as knowing nothing; learnt and measured on different people. Cllr_min is what "
    "the best rising map would cost. At 1 : 10,000: cross-entropy at these prior odds over that of the prior alone. "
    "The range is what the pairs support (ELUB); nothing beyond it is claimed."
)
RATIOS_HEADER = ("score", "EER", "map", "Cllr", "Cllr_min", "at 1 : 10,000", "log10 LR from", "to")
MAPS_HEADER = ("map", "Cllr", "at 1 : 100", "at 1 : 10,000")
TAILS = (
    "Generalised Pareto distribution, fitted by L-moments. KS: largest difference of fitted and empirical distribution "
    "of the excesses. Observed: share that does lie above the scores that by the fit a tenth, a hundredth and a "
    "thousandth of the tail lie above."
)
TAILS_HEADER = ("score", "tail", "from", "share", "shape", "excesses", "KS", "observed")
GROUPS = (
    "At one threshold for all, that of an FMR of 1e-3 over all pairs. A group's impostors are pairs within the group. "
    "Ratio: its FMR over that of all. Cllr: of everybody's map, among the group. A dash: fewer than 30 people, or no "
    "genuine pair."
)
GROUPS_HEADER = ("score", "group", "people", "impostor pairs", "FMR", "ratio", "genuine pairs", "FNMR", "Cllr")
EXPECTED = (
    "All N (N − 1) / 2 pairs compared by normed score alone; duplicates: 1 % of the entries have one (assumed). FPIR: "
    "chance that a search for one of them brings up somebody else."
)
EXPECTED_HEADER = ("N", "FMR", "false pairs", "duplicates found", "missed", "FPIR")


def evaluation_page(found: Mapping[str, Any], *, notes: Sequence[str] = ()) -> str:
    """Return an evaluation in Markdown.

    Args:
        found: What `evaluate` returned.
        notes: Sentences about the data that stand beside the figures.
    """
    scores = [(KIND_NAMES[kind], one) for kind, one in found["scores"].items()]
    groups = [_group(KIND_NAMES[kind], row) for kind, rows in found["groups"].items() for row in rows]
    default = [_group("distance .60", row) for row in found["library_default"]]
    parts = [
        "# Faces: error rates over all pairs",
        "Made by `tepat faces evaluate DIR --output FILE.md`.",
        *notes,
        _data(found),
        "## FNMR at FMR",
        RATES,
        table(RATES_HEADER, [_rate(kind, rate) for kind, one in scores for rate in one["rates"]], left=1),
        "## Likelihood ratios",
        RATIOS,
        table(RATIOS_HEADER, [_likelihood(kind, one) for kind, one in scores], left=1),
        "Maps of the normed score that were compared, on people that they did not see:",
        table(MAPS_HEADER, [_map(one) for one in found["scores"]["normed"]["methods"]], left=1),
        "## Tails",
        TAILS,
        table(TAILS_HEADER, [_tail(kind, end, one) for kind, one in scores for end in ("impostor", "genuine")], left=2),
        "## Groups",
        GROUPS,
        table(GROUPS_HEADER, groups, left=2),
        *(
            ["At the default distance of `face_recognition`, 0.6:", table(GROUPS_HEADER, default, left=2)]
            if default
            else []
        ),
        "## Expected false pairs among N",
        EXPECTED,
        table(EXPECTED_HEADER, [_expected(row) for row in found["expected"]], left=0),
        "## Closest pairs of different identities",
        _closest(found["closest_different"]),
    ]
    return "\n\n".join(parts) + "\n"


def table(header: Row, rows: Sequence[Row], *, left: int) -> str:
    """Return a Markdown table; the first `left` columns to the left, the others to the right."""
    rule = ["---" if number < left else "---:" for number in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])


def _data(found: Mapping[str, Any]) -> str:
    data, norming = found["data"], found["norming"]
    statuses = ", ".join(f"{count:,} {name}" for name, count in data["statuses"].items())
    left_out = f" ({data['left_out']:,} more were not drawn)" if data["left_out"] else ""
    return (
        f"{data['photos']:,} photos{left_out}: {statuses}. Failure to enrol (FTE): "
        f"{_percent(data['failure_to_enrol'])}. "
        f"{data['usable']:,} templates of {data['people']:,} people by the model {found['model']}: "
        f"{data['genuine_pairs']:,} genuine and {data['impostor_pairs']:,} impostor pairs, each pair once. Labels are "
        "taken as they are, errors included. Centre and cohort of the normed scores come from the same templates "
        f"({norming['registry']:,} templates, cohort {norming['cohort']:,}, top {norming['top']}); nobody is normed by "
        "their own photos."
    )


def _map(one: Mapping[str, Any]) -> Row:
    return [one["method"], *(f"{cost:.3f}" for cost in one["entropies"])]


def _rate(kind: str, rate: Mapping[str, Any]) -> Row:
    return [
        kind, f"{rate['fmr']:.0e}", f"{rate['threshold']:.3f}",
        f"{_percent(rate['fnmr'])} ({_percent(rate['low'])} – {_percent(rate['high'])})", f"{rate['genuine']:,}",
        _percent(rate["fnmr_with_unusable"]), "fitted" if rate["fitted"] else "",
    ]  # fmt: skip


def _likelihood(kind: str, one: Mapping[str, Any]) -> Row:
    chosen = next(method for method in one["methods"] if method["method"] == one["method"])
    return [
        kind, _percent(one["equal_error_rate"]), one["method"], f"{one['cllr']:.3f}", f"{one['cllr_min']:.3f}",
        f"{chosen['entropies'][-1]:.3f}", f"{one['log10_lr_low']:.1f}", f"{one['log10_lr_high']:.1f}",
    ]  # fmt: skip


def _tail(kind: str, end: str, one: Mapping[str, Any]) -> Row:
    tail = one[f"{end}_tail"]
    start = tail["threshold"] if end == "impostor" else -tail["threshold"]
    return [
        kind, end, f"{start:.3f}", f"{tail['share']:.1e}", f"{tail['shape']:+.2f}", f"{tail['excesses']:,}",
        f"{tail['distance']:.3f}", ", ".join(f"{share:.1e}" for share in tail["observed"]),
    ]  # fmt: skip


def _group(kind: str, row: Mapping[str, Any]) -> Row:
    name = "all" if row["attribute"] == "all" else f"{row['attribute']}: {row['group']}"
    fmr = "–" if row["fmr"] is None else f"{row['fmr']:.1e} ({row['fmr_low']:.1e} – {row['fmr_high']:.1e})"
    fnmr = "–"
    if row["fnmr"] is not None:
        fnmr = f"{_percent(row['fnmr'])} ({_percent(row['fnmr_low'])} – {_percent(row['fnmr_high'])})"
    return [
        kind, name, f"{row['people']:,}", f"{row['impostors']:,}", fmr,
        "–" if row["ratio"] is None else f"{row['ratio']:.2g}", f"{row['genuine']:,}", fnmr,
        "" if row.get("cllr") is None else f"{row['cllr']:.3f}",
    ]  # fmt: skip


def _expected(row: Mapping[str, Any]) -> Row:
    return [
        f"{row['people']:,}", f"{row['fmr']:.0e}",
        f"{row['false_pairs']:.1e} ({row['low']:.1e} – {row['high']:.1e})", f"{row['found']:,.0f}",
        f"{row['missed']:,.0f}", _percent(row["fpir"]),
    ]  # fmt: skip


def _closest(pairs: Sequence[Mapping[str, Any]]) -> str:
    ratios, distances = ([pair[name] for pair in pairs] for name in ("log10_lr", "distance"))
    people = {frozenset((pair["identity_a"], pair["identity_b"])) for pair in pairs}
    return (
        f"The {len(pairs)} most alike, of {len(people)} pairs of identities, have log10 likelihood ratios of "
        f"{min(ratios):.1f} to {max(ratios):.1f} and raw distances of {min(distances):.2f} to {max(distances):.2f}. "
        "The command lists them, to look for label errors, siblings and twins; they stand on no page."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0995 else f"{100 * share:.2f} %"
