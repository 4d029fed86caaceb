"""Verification by face: whose application gets through, who fails, and whether agents are verified before they work.

A failed check refuses nobody: it is tried again, then a person decides. It costs the family a way all the same.
"""

from analytics.metrics.metric import Cells, Metric
from validation.text import Text

_OWNER = Text("Ditjen Linjamsos, tim portal", "Social protection directorate, portal team")
_CHECKS = Text("Ekspor verifikasi wajah portal", "Portal export of face checks")
_BOTH = Text("Ekspor pendaftaran dan verifikasi wajah portal", "Portal exports of registrations and of face checks")
_CHECKED = Text("pendaftaran yang wajah pendaftarnya diperiksa", "applications with a check of the applicant's face")
_NOT_CHECKED = Text("Pendaftaran yang belum diperiksa; pendamping", "Applications not checked yet; agents")
_OUTCOMES = (
    (
        "no_match_share",
        "no_match",
        Text("Wajah tidak cocok", "Faces that do not match"),
        Text("pemeriksaan yang wajahnya tidak cocok", "checks whose faces did not match"),
    ),
    (
        "unavailable_share",
        "unavailable",
        Text("Pembanding tidak tersedia", "No face to compare with"),
        Text("pemeriksaan yang tidak dapat dibandingkan", "checks that could not be compared"),
    ),
)
"""Metric, outcome, name and meaning of ways in which a check ends without a match."""

METRICS = (
    Metric(
        id="face_checks",
        label=Text("Pemeriksaan wajah", "Face checks"),
        unit="count",
        polarity="neutral",
        mart="verifications_daily",
        numerator=Cells(column="checks", where=({"subject": ("applicant",)},)),
        numerator_says=Text("pemeriksaan wajah pendaftar, setiap percobaan", "face checks of applicants, each attempt"),
        excludes=Text("Pemeriksaan wajah pendamping", "Face checks of agents"),
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    *(
        Metric(
            id=id_,
            label=label,
            unit="share",
            polarity="lower_is_better",
            mart="verifications_daily",
            numerator=Cells(column="checks", where=({"subject": ("applicant",), "outcome": (outcome,)},)),
            numerator_says=says,
            denominator=Cells(column="checks", where=({"subject": ("applicant",)},)),
            denominator_says=Text(
                "pemeriksaan wajah pendaftar, setiap percobaan", "face checks of applicants, each attempt"
            ),
            excludes=Text("Pemeriksaan wajah pendamping", "Face checks of agents"),
            source=_CHECKS,
            owner=_OWNER,
            refresh_days=2,
        )
        for id_, outcome, label, says in _OUTCOMES
    ),
    Metric(
        id="first_attempt_match",
        label=Text("Cocok pada percobaan pertama", "Match at the first attempt"),
        unit="share",
        polarity="higher_is_better",
        mart="verifications_daily",
        numerator=Cells(
            column="checks", where=({"subject": ("applicant",), "turn": ("first",), "outcome": ("match",)},)
        ),
        numerator_says=Text("percobaan pertama pendaftar yang cocok", "applicants' first attempts that match"),
        denominator=Cells(column="checks", where=({"subject": ("applicant",), "turn": ("first",)},)),
        denominator_says=Text("percobaan pertama pendaftar", "applicants' first attempts"),
        excludes=Text("Percobaan kedua dan seterusnya; pendamping", "Second and later attempts; agents"),
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="verified_share",
        label=Text("Lolos verifikasi wajah", "Verified by face"),
        unit="share",
        polarity="higher_is_better",
        mart="stages",
        numerator=Cells(column="verified"),
        numerator_says=Text("keluarga dengan pemeriksaan wajah yang cocok", "families with a matching face check"),
        denominator=Cells(column="checked"),
        denominator_says=Text("keluarga yang diperiksa wajahnya", "families whose face was checked"),
        excludes=Text("Keluarga yang belum diperiksa", "Families not checked yet"),
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="first_attempt_failed",
        label=Text("Gagal pada percobaan pertama", "Failed at the first attempt"),
        unit="share",
        polarity="lower_is_better",
        mart="verification_results",
        numerator=Cells(column="first_failed"),
        numerator_says=Text(
            "pendaftaran yang percobaan pertamanya tidak cocok, apa pun sebabnya",
            "applications whose first attempt did not match, for whatever reason",
        ),
        denominator=Cells(column="firsts"),
        denominator_says=Text(
            "pendaftaran yang percobaan pertamanya tercatat", "applications whose first attempt is in the data"
        ),
        excludes=_NOT_CHECKED,
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="verification_failed",
        label=Text("Gagal diverifikasi wajah", "Not verified by face"),
        unit="share",
        polarity="lower_is_better",
        mart="verification_results",
        numerator=Cells(column="failed"),
        numerator_says=Text(
            "pendaftaran tanpa satu pun percobaan yang cocok: petugas yang harus memutuskan",
            "applications without any matching attempt: a person has to decide",
        ),
        denominator=Cells(column="applications"),
        denominator_says=_CHECKED,
        excludes=_NOT_CHECKED,
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="verification_reviewed",
        label=Text("Wajah diputuskan petugas", "Face left to a person"),
        unit="share",
        polarity="neutral",
        mart="verification_results",
        numerator=Cells(column="reviewed"),
        numerator_says=Text(
            "pendaftaran dengan pemeriksaan yang terlalu tipis bedanya untuk diputuskan mesin",
            "applications with a check too close to call for the machine",
        ),
        denominator=Cells(column="applications"),
        denominator_says=_CHECKED,
        excludes=_NOT_CHECKED,
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="mean_attempts",
        label=Text("Percobaan rata-rata", "Mean attempts"),
        unit="mean",
        polarity="lower_is_better",
        mart="verification_results",
        numerator=Cells(column="attempts"),
        numerator_says=Text("percobaan pendaftar seluruhnya", "attempts of applicants, all together"),
        denominator=Cells(column="applications"),
        denominator_says=_CHECKED,
        excludes=_NOT_CHECKED,
        source=_CHECKS,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="agent_days",
        label=Text("Hari kerja pendamping", "Working days of agents"),
        unit="count",
        polarity="neutral",
        mart="agent_days",
        numerator=Cells(column="agent_days"),
        numerator_says=Text(
            "hari (waktu setempat) yang padanya seorang pendamping mengirim pendaftaran",
            "local days on which an agent entered a registration, each agent's counted",
        ),
        excludes=Text("Pendaftaran mandiri", "Registrations that families made themselves"),
        source=_BOTH,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="unverified_agent_days",
        label=Text("Hari kerja tanpa verifikasi pendamping", "Working days without a verified agent"),
        unit="share",
        polarity="lower_is_better",
        mart="agent_days",
        numerator=Cells(column="unverified"),
        numerator_says=Text(
            "hari kerja tanpa pemeriksaan wajah pendamping yang cocok sebelum pendaftaran pertama hari itu",
            "working days without a matching check of the agent's face before the day's first registration",
        ),
        denominator=Cells(column="agent_days"),
        denominator_says=Text(
            "hari kerja pendamping: hari yang padanya ia mengirim pendaftaran",
            "working days of agents: days on which they entered a registration",
        ),
        excludes=Text("Hari tanpa pendaftaran", "Days without a registration"),
        source=_BOTH,
        owner=_OWNER,
        refresh_days=2,
    ),
    Metric(
        id="entered_unverified",
        label=Text("Pendaftaran pada hari tanpa verifikasi", "Registrations on days without verification"),
        unit="share",
        polarity="lower_is_better",
        mart="agent_days",
        numerator=Cells(column="entered_unverified"),
        numerator_says=Text(
            "pendaftaran lewat pendamping pada hari kerja tanpa verifikasi pendamping",
            "registrations by agents on working days without a verified agent",
        ),
        denominator=Cells(column="entered"),
        denominator_says=Text("pendaftaran lewat pendamping", "registrations by agents"),
        excludes=Text("Pendaftaran mandiri", "Registrations that families made themselves"),
        source=_BOTH,
        owner=_OWNER,
        refresh_days=2,
    ),
)
