"""Usul and sanggah."""

from analytics.metrics.metric import Cells, Metric
from validation.text import Text

_OWNER = Text("Ditjen Linjamsos, tim usul-sanggah", "Social protection directorate, objections team")
_SOURCE = Text("Ekspor usul-sanggah portal", "Portal export of proposals and objections")
_NOTHING = Text("Baris yang ditahan gerbang mutu data", "Rows held back by the quality gate")
LATE = ("31-60", "61+")
"""Age bands beyond the objection window of one month."""

OVERTURNED = Metric(
    id="overturned_share",
    label=Text("Penolakan dibatalkan sesudah cek lapangan", "Refusals overturned by a field check"),
    unit="share",
    polarity="neutral",
    mart="objection_evidence",
    numerator=Cells(column="objections", where=({"about": ("refusal",), "outcome": ("upheld",)},)),
    numerator_says=Text(
        "sanggah atas penolakan sendiri yang dikabulkan sesudah cek lapangan",
        "objections to one's own refusal that were upheld after a field check",
    ),
    denominator=Cells(column="objections", where=({"about": ("refusal",)},)),
    denominator_says=Text(
        "sanggah atas penolakan sendiri yang dikabulkan atau ditolak sesudah cek lapangan",
        "objections to one's own refusal that were upheld or rejected after a field check",
    ),
    excludes=Text(
        "Tanpa cek lapangan, menunggu, dicabut; yang menyanggah memilih dirinya sendiri: bukan ukuran salah sasaran",
        "Without a field check, pending or withdrawn; objectors select themselves: not a measure of mistargeting",
    ),
    source=_SOURCE,
    owner=_OWNER,
    refresh_days=2,
)

METRICS = (
    OVERTURNED,
    Metric(
        id="objections_to_check",
        label=Text("Ke cek lapangan", "Sent to a field check"),
        unit="count",
        polarity="neutral",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"screening": ("field_check",)},)),
        numerator_says=Text(
            "yang oleh penyaringan dikirim ke cek lapangan", "those that the screening sent to a field check"
        ),
        excludes=_NOTHING,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="objections",
        label=Text("Usul & sanggah masuk", "Proposals and objections filed"),
        unit="count",
        polarity="neutral",
        mart="objections_daily",
        numerator=Cells(column="objections"),
        numerator_says=Text("usul dan sanggah yang masuk", "proposals and objections filed"),
        excludes=_NOTHING,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="open_objections",
        label=Text("Belum selesai", "Open"),
        unit="count",
        polarity="lower_is_better",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"outcome": ("pending",)},)),
        numerator_says=Text("usul dan sanggah yang belum diputuskan", "proposals and objections without an outcome"),
        excludes=_NOTHING,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="late_share",
        label=Text("Lewat batas satu bulan", "Beyond the one-month limit"),
        unit="share",
        polarity="lower_is_better",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"outcome": ("pending",), "age": LATE},)),
        numerator_says=Text("yang belum selesai dan lebih tua dari 30 hari", "open ones older than 30 days"),
        denominator=Cells(column="objections", where=({"outcome": ("pending",)},)),
        denominator_says=Text("semua yang belum selesai", "all open ones"),
        excludes=Text("Yang sudah selesai", "Resolved ones"),
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="upheld_share",
        label=Text("Dikabulkan", "Upheld"),
        unit="share",
        polarity="neutral",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"outcome": ("upheld",)},)),
        numerator_says=Text("yang dikabulkan", "those upheld"),
        denominator=Cells(column="objections", where=({"outcome": ("upheld", "rejected")},)),
        denominator_says=Text("yang dikabulkan atau ditolak", "those upheld or rejected"),
        excludes=Text(
            "Yang menunggu atau dicabut; yang menyanggah memilih dirinya sendiri: bukan ukuran salah sasaran",
            "Pending or withdrawn; objectors select themselves: not a measure of mistargeting",
        ),
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="objections_screened",
        label=Text("Tersaring", "Screened"),
        unit="count",
        polarity="neutral",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"screening": ("accept", "reject", "field_check")},)),
        numerator_says=Text("yang sudah disaring", "those that were screened"),
        excludes=_NOTHING,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="objections_resolved",
        label=Text("Selesai", "Resolved"),
        unit="count",
        polarity="neutral",
        mart="objections_daily",
        numerator=Cells(column="objections", where=({"outcome": ("upheld", "rejected", "withdrawn")},)),
        numerator_says=Text("yang dikabulkan, ditolak atau dicabut", "those upheld, rejected or withdrawn"),
        excludes=_NOTHING,
        source=_SOURCE,
        owner=_OWNER,
        refresh_days=2,
    ),
)
