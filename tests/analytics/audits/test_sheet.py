"""Visit lists: who goes where, what stands on them and what must not."""

import json
import stat

import openpyxl
import polars as pl
import pytest

from analytics.audits import AuditError
from analytics.audits.register import RegisterError
from analytics.audits.sheet import share_out, write_sheets
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from tests.analytics.access_log.tampering import rows_of
from tests.analytics.audits.conftest import MAPPING, make_draw, visits_of
from validation.errors import MappingError


def cells(path):
    return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))


def test_villages_stay_whole_and_checkers_get_neighbours_in_even_parts():
    villages = [f"v{n:02d}" for n in range(30) for _ in range(1 + n % 5)]
    parts = share_out(villages, 6)
    assert parts == sorted(parts)
    assert len({(village, part) for village, part in zip(villages, parts, strict=True)}) == 30
    counts = [parts.count(part) for part in range(6)]
    assert max(counts) - min(counts) <= 5


@pytest.mark.parametrize("checkers", [1, 2, 3, 7])
def test_every_checker_gets_a_visit_and_a_village_is_split_only_where_it_must_be(checkers):
    parts = share_out(["a"] * 5 + ["b", "c"], checkers)
    assert set(parts) == set(range(checkers))
    if checkers <= 3:
        assert len(set(parts[:5])) == 1


def test_a_list_names_the_family_and_neither_its_frame_nor_its_score(home, pilot_home, tmp_path):
    made = make_draw(home)
    written = write_sheets(
        home, made.id, tmp_path / "out", checkers=["BPS-01", "BPS-02"], mapping_path=MAPPING,
        source=pilot_home / "exports",
    )  # fmt: skip
    assert written.named
    assert written.not_found == 0
    assert [sheet.checker for sheet in written.sheets] == ["BPS-01", "BPS-02"]
    rows = [row for sheet in written.sheets for row in cells(sheet.files[0])[1:]]
    header = cells(written.sheets[0].files[0])[0]
    assert header == (
        "Kode", "Kecamatan", "Desa/Kelurahan", "Kepala keluarga", "Tanggal kunjungan", "BPNT: berhak?", "PKH: berhak?",
        "Konsumsi per jiwa per bulan (Rp)", "Catatan",
    )  # fmt: skip
    export = pl.read_parquet(pilot_home / "exports" / "keluarga.parquet")
    ids = pseudonymise(export["no_kk"], key=pseudonym_key(home.home), scope="family_id")
    heads = dict(zip(ids, export["nama_kepala"], strict=True))
    visits = visits_of(home, made.id).set_index("code")
    assert len(rows) == len(visits)
    for row in rows:
        assert row[3] == heads[visits["family_id"][row[0]]]
        assert row[4:] == (None,) * 5
    assert not (set(visits["checker"]) - {"BPS-01", "BPS-02"})
    for sheet in written.sheets:
        assert sheet.visits == len(cells(sheet.files[0])) - 1
        for path in sheet.files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            text = b"".join(path.read_bytes() for path in sheet.files)
            assert b"receivers" not in text
        assert sheet.files[1].read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    book = openpyxl.load_workbook(written.sheets[0].files[0])
    assert book.sheetnames == ["Kunjungan", "Petunjuk"]
    assert book.worksheets[0].freeze_panes == "B2"
    known = {rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation if rule.type == "list"}
    assert known == {'"ya,tidak,tidak dapat dipastikan"'}


def test_without_a_mapping_or_its_section_there_are_codes_and_villages_only(home, tmp_path):
    made = make_draw(home)
    plain = tmp_path / "plain.toml"
    whole = MAPPING.read_text(encoding="utf-8")
    plain.write_text(whole[: whole.index("[visit_list]")] + whole[whole.index("[[table]]") :], encoding="utf-8")
    for mapping in (None, plain):
        written = write_sheets(
            home.model_copy(update={"language": "en"}), made.id, tmp_path / "out", mapping_path=mapping, source=tmp_path
        )
        assert not written.named
        assert cells(written.sheets[0].files[0])[0][:5] == (
            "Code",
            "District",
            "Village",
            "Visited on",
            "BPNT: entitled?",
        )


def test_a_name_that_looks_like_a_formula_is_text(home, pilot_home, tmp_path):
    made = make_draw(home)
    folder = tmp_path / "export"
    folder.mkdir()
    rows = pl.read_parquet(pilot_home / "exports" / "keluarga.parquet")
    rows.with_columns(nama_kepala=pl.lit('=HYPERLINK("http://x")')).write_parquet(folder / "keluarga.parquet")
    written = write_sheets(home, made.id, tmp_path / "out", mapping_path=MAPPING, source=folder)
    sheet = openpyxl.load_workbook(written.sheets[0].files[0]).worksheets[0]
    assert sheet["D2"].data_type == "s"
    assert sheet["D2"].value == """'=HYPERLINK("http://x")"""
    *_, entry = rows_of(home)
    assert (entry["action"], entry["kind"], entry["ref"]) == ("write_sheets", "draw", made.id)
    assert json.loads(entry["details"]) == {"visits": made.visits, "checkers": 1, "named": True}


def test_lists_are_shared_out_again_only_when_asked(home, tmp_path):
    made = make_draw(home)
    write_sheets(home, made.id, tmp_path, checkers=["A1", "A2", "A3"])
    before = visits_of(home, made.id)["checker"].tolist()
    again = write_sheets(home, made.id, tmp_path)
    assert [sheet.checker for sheet in again.sheets] == ["A1", "A2", "A3"]
    assert visits_of(home, made.id)["checker"].tolist() == before


@pytest.mark.parametrize("code", ["Budi", "Siti Aminah", "3510012607179001", "", "../1"])
def test_a_checker_is_a_staff_code_and_no_name_or_number_of_a_person(code, home, tmp_path):
    with pytest.raises(AuditError, match="A checker's code"):
        write_sheets(home, "d1", tmp_path, checkers=[code])


def test_what_cannot_be_written_says_why(home, tmp_path):
    made = make_draw(home)
    with pytest.raises(RegisterError, match="There is no draw d1"):
        write_sheets(home, "d1", tmp_path)
    with pytest.raises(AuditError, match="--source"):
        write_sheets(home, made.id, tmp_path, mapping_path=MAPPING)
    with pytest.raises(AuditError, match="200 checkers have 120 visits"):
        write_sheets(home, made.id, tmp_path, checkers=[f"P{n}" for n in range(200)])
    with pytest.raises(AuditError, match="named twice"):
        write_sheets(home, made.id, tmp_path, checkers=["P1", "P1"])
    other = tmp_path / "other.toml"
    other.write_text(MAPPING.read_text(encoding="utf-8").replace('"Kepala keluarga"', '"Kode"'), encoding="utf-8")
    with pytest.raises(MappingError, match="has a column Kode of its own"):
        write_sheets(home, made.id, tmp_path, mapping_path=other, source=tmp_path)
