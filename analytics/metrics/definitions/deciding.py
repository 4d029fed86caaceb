"""Selection and payment."""

from analytics.metrics.metric import Cells, Metric
from validation.text import Text

_OWNER = Text("Ditjen Linjamsos, tim penetapan", "Social protection directorate, selection team")
_DECISIONS = Text("Ekspor keputusan portal", "Portal export of decisions")
_PAYMENTS = Text("Ekspor penyaluran", "Export of payments")
_NOTHING = Text("Baris yang ditahan gerbang mutu data", "Rows held back by the quality gate")

METRICS = (
    Metric(
        id="eligible_share",
        label=Text("Dinyatakan layak", "Found eligible"),
        unit="share",
        polarity="neutral",
        mart="stages",
        numerator=Cells(column="eligible"),
        numerator_says=Text("keluarga terdaftar yang dinyatakan layak", "registered families found eligible"),
        denominator=Cells(column="decided"),
        denominator_says=Text("keluarga terdaftar yang sudah diputuskan", "registered families with a decision"),
        excludes=Text("Keputusan yang masih menunggu", "Pending decisions"),
        source=_DECISIONS,
        owner=_OWNER,
        refresh_days=7,
    ),
    Metric(
        id="eligible_families",
        label=Text("Keluarga layak", "Eligible families"),
        unit="count",
        polarity="neutral",
        mart="stages",
        numerator=Cells(column="eligible"),
        numerator_says=Text("keluarga terdaftar yang dinyatakan layak", "registered families found eligible"),
        excludes=_NOTHING,
        source=_DECISIONS,
        owner=_OWNER,
        refresh_days=7,
    ),
    Metric(
        id="decisions",
        label=Text("Keputusan", "Decisions"),
        unit="count",
        polarity="neutral",
        mart="decisions_daily",
        numerator=Cells(column="decisions", where=({"outcome": ("eligible", "ineligible")},)),
        numerator_says=Text("keputusan layak atau tidak layak", "decisions, eligible or not"),
        excludes=Text("Keputusan yang masih menunggu", "Pending decisions"),
        source=_DECISIONS,
        owner=_OWNER,
        refresh_days=7,
    ),
    Metric(
        id="paid_families",
        label=Text("Keluarga menerima", "Families paid"),
        unit="count",
        polarity="neutral",
        mart="payments_by_period",
        numerator=Cells(column="families"),
        numerator_says=Text(
            "keluarga yang menerima, sekali per program dan periode", "families paid, once a programme and period"
        ),
        excludes=_NOTHING,
        source=_PAYMENTS,
        owner=_OWNER,
        refresh_days=100,
    ),
    Metric(
        id="amount_paid",
        label=Text("Nilai disalurkan", "Amount paid"),
        unit="rupiah",
        polarity="neutral",
        mart="payments_by_period",
        numerator=Cells(column="amount"),
        numerator_says=Text("rupiah yang disalurkan", "rupiah paid"),
        excludes=_NOTHING,
        source=_PAYMENTS,
        owner=_OWNER,
        refresh_days=100,
    ),
)
