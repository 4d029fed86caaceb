"""Targeting, from the random field checks alone: objections, flags and top-k checks never estimate a rate.

T = entitled in truth, S = receives; every label prints its denominator, because two conventions of the inclusion error
are in use and must never be mixed.
"""

from analytics.metrics.metric import Cells, Metric, Polarity, Where
from validation.text import Text

_OWNER = Text("Ditjen Linjamsos, tim ketepatan sasaran", "Social protection directorate, targeting team")
_SOURCE = Text(
    "Cek lapangan acak berbobot, dihubungkan dengan penyaluran", "Random field checks, weighted, joined with payments"
)
_EXCLUDES = Text(
    "Cek tanpa peluang terambil yang diketahui (dugaan, sanggah, pengaduan) dan yang hasilnya tidak diketahui",
    "Checks without a known inclusion probability (risk, objection, hotline) and those without an answer",
)
ERROR_TARGET = 0.10
"""The ministry's aim for the errors: below 10 %, then 5 % (declared by the minister, 7 Feb 2026)."""

_TS: Where = {"entitled": (True,), "receives": (True,)}
_T_NOT_S: Where = {"entitled": (True,), "receives": (False,)}
_S_NOT_T: Where = {"entitled": (False,), "receives": (True,)}
_NEITHER: Where = {"entitled": (False,), "receives": (False,)}


def _targeting(
    id_: str, label: Text, *, numerator: tuple[Where, ...], denominator: tuple[Where, ...], says: tuple[Text, Text],
    polarity: Polarity = "lower_is_better", target: float | None = None, excludes: Text = _EXCLUDES,
) -> Metric:  # fmt: skip
    return Metric(
        id=id_,
        label=label,
        unit="share",
        polarity=polarity,
        mart="targeting_cells",
        numerator=Cells(column="weight", where=numerator),
        numerator_says=says[0],
        denominator=Cells(column="weight", where=denominator),
        denominator_says=says[1],
        excludes=excludes,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=100,
        target=target,
        kind="sample",
    )  # fmt: skip


SOURCE_NAMES = {
    "registration": Text("pendaftaran", "registration"),
    "ranking": Text("pemeringkatan", "ranking"),
    "rule": Text("aturan", "rule"),
    "implementation": Text("pelaksanaan", "implementation"),
    "earlier_list": Text("daftar sebelum portal", "list before the portal"),
}
"""Where an error comes from, as `analytics.marts.sources` tells them apart."""

_ANSWERED = (_TS, _T_NOT_S, _S_NOT_T, _NEITHER)
_WHOLE = (
    _targeting(
        "inclusion_error",
        Text("Kesalahan inklusi", "Inclusion error"),
        numerator=(_S_NOT_T,),
        denominator=(_TS, _S_NOT_T),
        says=(Text("penerima yang tidak berhak", "receivers not entitled"), Text("semua penerima", "all receivers")),
        target=ERROR_TARGET,
    ),
    _targeting(
        "exclusion_error",
        Text("Kesalahan eksklusi", "Exclusion error"),
        numerator=(_T_NOT_S,),
        denominator=(_TS, _T_NOT_S),
        says=(
            Text("yang berhak tetapi tidak menerima", "entitled who do not receive"),
            Text("semua yang berhak, pendaftar atau bukan", "all entitled, applicants or not"),
        ),
        target=ERROR_TARGET,
    ),
    _targeting(
        "total_error",
        Text("Kesalahan total", "Total error"),
        numerator=(_S_NOT_T, _T_NOT_S),
        denominator=_ANSWERED,
        says=(
            Text("keluarga yang salah tempat, ke dua arah", "families on the wrong side, both ways"),
            Text("semua keluarga", "all families"),
        ),
    ),
    _targeting(
        "inclusion_error_non_entitled",
        Text("Kesalahan inklusi (dari yang tidak berhak)", "Inclusion error (of the non-entitled)"),
        numerator=(_S_NOT_T,),
        denominator=(_S_NOT_T, _NEITHER),
        says=(
            Text("yang tidak berhak tetapi menerima", "non-entitled who receive"),
            Text("semua yang tidak berhak", "all non-entitled"),
        ),
    ),
    _targeting(
        "coverage",
        Text("Cakupan", "Coverage"),
        numerator=(_TS, _S_NOT_T),
        denominator=_ANSWERED,
        says=(Text("keluarga penerima", "families that receive"), Text("semua keluarga", "all families")),
        polarity="neutral",
    ),
    _targeting(
        "entitled_share",
        Text("Bagian yang berhak", "Share entitled"),
        numerator=(_TS, _T_NOT_S),
        denominator=_ANSWERED,
        says=(Text("keluarga yang berhak", "families entitled"), Text("semua keluarga", "all families")),
        polarity="neutral",
    ),
)

_SOURCE_EXCLUDES = Text(
    f"{_EXCLUDES.id}. Setiap kesalahan dihitung pada satu sumber saja, yang pertama dalam urutan proses",
    f"{_EXCLUDES.en}. Each error counts under one source only, the first in the order of the process",
)


def _from_source(error: Metric, source: str, where: Where) -> Metric:
    """Return the part of an error that comes from one source, over the same denominator."""
    name = SOURCE_NAMES[source]
    if error.denominator is None or error.denominator_says is None:
        raise ValueError(error.id)
    return _targeting(
        f"{error.id}_{source}",
        Text(f"{error.label.id} dari {name.id}", f"{error.label.en} from {name.en}"),
        numerator=({**where, "source": (source,)},),
        denominator=error.denominator.where,
        says=(
            Text(f"{error.numerator_says.id}, karena {name.id}", f"{error.numerator_says.en}, by {name.en}"),
            error.denominator_says,
        ),
        excludes=_SOURCE_EXCLUDES,
    )


INCLUSION_SOURCES = ("ranking", "rule", "implementation", "earlier_list")
EXCLUSION_SOURCES = ("registration", "ranking", "rule", "implementation", "earlier_list")
METRICS = (
    *_WHOLE,
    *(_from_source(_WHOLE[0], source, _S_NOT_T) for source in INCLUSION_SOURCES),
    *(_from_source(_WHOLE[1], source, _T_NOT_S) for source in EXCLUSION_SOURCES),
)
