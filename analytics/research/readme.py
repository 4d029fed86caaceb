"""The letter that lies in every folder of microdata: what it is, what may be done with it, what it cannot say."""

from collections.abc import Mapping
from typing import Any


def readme(manifest: Mapping[str, Any]) -> str:
    """Return README.md, Indonesian first."""
    simulated = {"simulated": "**DATA SIMULASI / SIMULATED DATA.** "}.get(manifest["sensitivity"], "")
    k, least, share = manifest["k"]["found"], manifest["l"]["found"], f"{manifest['suppressed_share']:.2%}"
    return f"""# {manifest["dataset"]}: data mikro keluarga / family microdata

{simulated}Snapshot {manifest["snapshot"]}, data until {manifest["data_until"]}, Tepat {manifest["code_version"]}.

## Bahasa Indonesia

Satu baris satu keluarga, tanpa nama, NIK, pseudonim, tanggal atau desa. Setiap gabungan ciri yang mungkin diketahui
orang lain (wilayah, ukuran, umur dan jenis kelamin kepala, disabilitas, jalur) dimiliki sedikitnya {k} keluarga, dan di
dalamnya setiap kolom peka punya sedikitnya {least} nilai. Pada {share} keluarga semua ciri itu dihapus (`*`).

Jangan menggabungkan berkas ini dengan data lain untuk mengenali keluarga, dan jangan meneruskannya. Perlindungan ini
berlaku untuk satu berkas: dua ekspor dengan isi berbeda dapat saling membuka. Hasil cek lapangan tidak ada di sini:
galat inklusi dan eksklusi hanya ada di laporan (`tepat report targeting`).

## English

One row a family, without names, numbers, pseudonyms, dates or villages. Every combination of what others may know
(region, size, the head's age and sex, disability, channel) is shared by at least {k} families, among which each
sensitive column has at least {least} values. Of {share} of the families all of these are suppressed (`*`).

Do not join this file with other data in order to recognise families, and do not pass it on. The protection holds for
one file: two exports that differ may open each other. The results of field checks are not here, since they are few and
their weights tell the village: inclusion and exclusion error stand in the reports alone (`tepat report targeting`).

## Files

| | |
| --- | --- |
| `families.parquet`, `families.csv` | The rows; the row numbers are drawn anew for every export |
| `codebook.md`, `codebook.json` | Each column: meaning, unit, values, how far it was generalised |
| `figures.json` | Published figures: of the reports, and of the rows |
| `reproduce.py` | Finds these figures again: `python reproduce.py`, with the reports `--tepat tepat` |
| `manifest.json` | Data set, snapshot, versions, k, l, what was generalised and suppressed, the files' SHA-256 |

What is exact: counts and shares of sensitive columns alone. What is not: whatever speaks of a generalised column, since
its suppressed values are missing; `reproduce.py` prints the difference.
"""
