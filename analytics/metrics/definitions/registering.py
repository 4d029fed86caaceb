"""Registrations, and how far they come."""

from analytics.metrics.metric import Cells, Metric
from validation.text import Text

_OWNER = Text("Ditjen Linjamsos, tim portal", "Social protection directorate, portal team")
_PORTAL = Text("Ekspor pendaftaran portal", "Portal export of registrations")
_NOTHING = Text("Baris yang ditahan gerbang mutu data", "Rows held back by the quality gate")

_STAGES = (
    (
        "registered",
        Text("Terdaftar", "Registered"),
        Text("keluarga dengan pendaftaran", "families with a registration"),
    ),
    ("checked", Text("Diperiksa wajah", "Face checked"), Text("dengan pemeriksaan wajah", "with a face check")),
    ("verified", Text("Terverifikasi", "Verified"), Text("dengan wajah yang cocok", "with a matching face")),
    ("decided", Text("Diputuskan", "Decided"), Text("dengan keputusan", "with a decision")),
    ("eligible", Text("Layak", "Eligible"), Text("yang dinyatakan layak", "found eligible")),
    (
        "paid",
        Text("Menerima", "Paid"),
        Text("terdaftar yang menerima pada periode terakhir", "registered that were paid in the latest period"),
    ),
)
"""Column of the mart, name and meaning of each stage from registration to payment."""

METRICS = (
    Metric(
        id="registered_families",
        label=Text("Keluarga terdaftar", "Registered families"),
        unit="count",
        polarity="neutral",
        mart="registrations_daily",
        numerator=Cells(column="families"),
        numerator_says=Text(
            "keluarga yang mendaftar, dihitung sekali pada pendaftaran pertama",
            "families that applied, counted once at their first application",
        ),
        excludes=_NOTHING,
        source=_PORTAL,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="registrations",
        label=Text("Pendaftaran", "Registrations"),
        unit="count",
        polarity="neutral",
        mart="registrations_daily",
        numerator=Cells(column="registrations"),
        numerator_says=Text("pendaftaran yang dikirim", "applications submitted"),
        excludes=_NOTHING,
        source=_PORTAL,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="registered_share",
        label=Text("Cakupan pendaftaran", "Registration coverage"),
        unit="share",
        polarity="higher_is_better",
        mart="registered_by_village",
        numerator=Cells(column="registered"),
        numerator_says=Text("keluarga yang punya pendaftaran", "families with a registration"),
        denominator=Cells(column="families"),
        denominator_says=Text("keluarga yang dikenal dalam data", "families known in the data"),
        excludes=_NOTHING,
        source=Text("Ekspor keluarga dan pendaftaran", "Exports of families and registrations"),
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="agent_share",
        label=Text("Lewat pendamping", "Through an agent"),
        unit="share",
        polarity="neutral",
        mart="registrations_daily",
        numerator=Cells(column="registrations", where=({"channel": ("agent",)},)),
        numerator_says=Text("pendaftaran lewat pendamping", "registrations through an agent"),
        denominator=Cells(column="registrations"),
        denominator_says=Text("semua pendaftaran", "all registrations"),
        excludes=_NOTHING,
        source=_PORTAL,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="mean_duration",
        label=Text("Lama pengisian rata-rata", "Mean time to fill in"),
        unit="seconds",
        polarity="neutral",
        mart="registrations_daily",
        numerator=Cells(column="seconds"),
        numerator_says=Text("detik pengisian seluruhnya", "seconds of filling in, all together"),
        denominator=Cells(column="timed"),
        denominator_says=Text("pendaftaran yang tercatat lamanya", "registrations whose time was recorded"),
        excludes=Text("Pendaftaran tanpa catatan waktu", "Registrations without a recorded time"),
        source=_PORTAL,
        owner=_OWNER,
        refresh_days=2,
    ),
    *(
        Metric(
            id=f"stage_{stage}",
            label=label,
            unit="count",
            polarity="neutral",
            mart="stages",
            numerator=Cells(column=stage),
            numerator_says=says,
            excludes=_NOTHING,
            source=Text("Ekspor portal dan penyaluran", "Exports of the portal and of payments"),
            owner=_OWNER,
            refresh_days=7,
        )
        for stage, label, says in _STAGES
    ),
)
