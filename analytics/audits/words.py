"""The words of a visit list, in both languages; results are read by the same words."""

from typing import Final

from validation.text import Text

CODE: Final = Text("Kode", "Code")
DISTRICT: Final = Text("Kecamatan", "District")
VILLAGE: Final = Text("Desa/Kelurahan", "Village")
VISITED: Final = Text("Tanggal kunjungan", "Visited on")
ENTITLED: Final = Text("{programme}: berhak?", "{programme}: entitled?")
WELFARE: Final = Text("Konsumsi per jiwa per bulan (Rp)", "Consumption a head and month (Rp)")
NOTE: Final = Text("Catatan", "Note")
OWN_TITLES: Final = (CODE, DISTRICT, VILLAGE, VISITED, WELFARE, NOTE)

ANSWERS: Final[dict[Text, bool | None]] = {
    Text("ya", "yes"): True,
    Text("tidak", "no"): False,
    Text("tidak dapat dipastikan", "cannot be told"): None,
}
"""What a checker answers, and what it means; the last is an answer too, nothing at all is none."""

SHEET: Final = Text("Kunjungan", "Visits")
INSTRUCTIONS: Final = Text("Petunjuk", "Instructions")
TITLE: Final = Text("Daftar kunjungan {draw} · petugas {checker}", "Visit list {draw} · checker {checker}")
PAGE: Final = Text("{draw} · petugas {checker} · halaman {page} dari {pages}", "{draw} · checker {checker} · page {page} of {pages}")  # noqa: E501  # fmt: skip
SIGNED: Final = Text("Nama dan tanda tangan petugas", "Checker's name and signature")
DATED: Final = Text("Tanggal", "Date")
PERSONAL: Final = Text(
    "Berisi data pribadi: simpan sendiri, musnahkan setelah selesai.",
    "Holds personal data: keep it to yourself, destroy it when done.",
)
DAY_WRONG: Final = Text(
    "Tanggal sejak {day}, misalnya 2026-11-24", "A date from {day} on, for example 2026-11-24"
)  # fmt: skip
ANSWER_WRONG: Final = Text("Pilih dari daftar", "Choose from the list")

STEPS: Final = (
    Text(
        "Kunjungi setiap keluarga dalam daftar ini, jangan tetangganya. Keluarga dipilih dengan undian.",
        "Visit every family on this list, not a neighbour instead. The families were drawn by lot.",
    ),
    Text(
        "Tanggal kunjungan: tahun-bulan-hari (2026-11-24) atau hari/bulan/tahun (24/11/2026).",
        "Visited on: year-month-day (2026-11-24) or day/month/year (24/11/2026).",
    ),
    Text(
        "Berhak, untuk setiap program: ya, tidak, atau tidak dapat dipastikan (misalnya tidak ada yang dapat ditemui). "
        "Nilai keadaan yang Anda temui, bukan yang tercatat.",
        "Entitled, for each programme: yes, no, or cannot be told (nobody could be met, for example). Judge what you "
        "find, not what is on record.",
    ),
    Text(
        "Konsumsi per jiwa per bulan dalam rupiah, angka saja: 850000. Boleh kosong.",
        "Consumption a head and month in rupiah, digits only: 850000. May be left empty.",
    ),
    Text(
        "Catatan tetap di daftar ini dan tidak diambil.",
        "Notes stay on this list and are not taken over.",
    ),
    Text(
        "Jangan mengubah kode dan judul kolom. Baris yang belum dikunjungi dibiarkan kosong; daftar boleh dikirim "
        "bertahap.",
        "Do not change codes and headings. Leave rows that are not visited yet empty; the list may be sent in parts.",
    ),
    PERSONAL,
)
