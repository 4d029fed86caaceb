"""Files of every stated shape are read; others are refused with the file, the place and the next step."""

import polars as pl
import pytest
import xlsxwriter

from analytics.ingest.mapping import Format, TableMapping
from analytics.ingest.reading import ROW, read_source
from validation.errors import ExportError


def table(file: str, **form: object) -> TableMapping:
    columns = {"code": {"from": "kode"}, "level": {"from": "tingkat"}, "name": {"from": "nama"}}
    return TableMapping.model_validate({"name": "regions", "file": file, "format": form, "columns": columns})


COLUMNS = ["kode", "nama"]


def test_csv_in_another_encoding_and_with_another_separator(tmp_path):
    (tmp_path / "a.csv").write_bytes("kode;nama;lain\r\n01;Café;x\r\n02;;y\r\n".encode("cp1252"))
    frame = read_source(tmp_path, table("a.csv", encoding="cp1252", separator=";"), COLUMNS)
    assert frame.to_dict(as_series=False) == {ROW: [2, 3], "kode": ["01", "02"], "nama": ["Café", None]}


def test_a_byte_order_mark_is_not_part_of_a_name(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfkode,nama\n01,Kemiren\n")
    assert read_source(tmp_path, table("a.csv"), COLUMNS)["kode"].to_list() == ["01"]


def test_the_stated_texts_for_no_value_become_empty(tmp_path):
    (tmp_path / "a.csv").write_text("kode,nama\n01,-99\n-99, Lateng \n")
    frame = read_source(tmp_path, table("a.csv", empty=["", "-99"]), COLUMNS)
    assert frame.select(COLUMNS).rows() == [("01", None), (None, "Lateng")]


def test_xlsx_and_its_sheet(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("cover").write_string(0, 0, "nothing")
        sheet = book.add_worksheet("data")
        for row, line in enumerate([("kode", "nama"), ("01", "Lateng")]):
            sheet.write_row(row, 0, line)
    frame = read_source(tmp_path, table("a.xlsx", sheet="data"), COLUMNS)
    assert frame.select(COLUMNS).rows() == [("01", "Lateng")]


def test_a_number_in_a_workbook_keeps_its_digits(tmp_path):
    """A NIK that somebody typed as a number has 16 digits still."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("kode", "nama"))
        sheet.write_number(1, 0, 3510011708459001)
        sheet.write_number(1, 1, 12.5)
    assert read_source(tmp_path, table("a.xlsx"), COLUMNS).select(COLUMNS).rows() == [("3510011708459001", "12.5")]


def test_a_folder_with_pattern_characters_is_read_as_it_is_named(tmp_path):
    folder = tmp_path / "ekspor [2026]*"
    folder.mkdir()
    (folder / "a.csv").write_text("kode,nama\n01,x\n")
    pl.DataFrame({"kode": ["1"], "nama": ["a"]}).write_parquet(folder / "a.parquet")
    assert read_source(folder, table("a.csv"), COLUMNS).height == 1
    assert read_source(folder, table("a.parquet"), COLUMNS).height == 1


def test_parquet_keeps_its_types(tmp_path):
    pl.DataFrame({"kode": [1, 2], "nama": ["a", None], "lain": [0.5, 0.5]}).write_parquet(tmp_path / "a.parquet")
    frame = read_source(tmp_path, table("a.parquet"), COLUMNS)
    assert frame.schema["kode"] == pl.Int64
    assert frame.columns == [ROW, "kode", "nama"]


def refusal(tmp_path, file: str, content: bytes, **form: object) -> ExportError:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ExportError) as caught:
        read_source(tmp_path, table(file, **form), COLUMNS)
    return caught.value


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ExportError, match=r"The file a\.csv is missing"):
        read_source(tmp_path, table("a.csv"), COLUMNS)


def test_a_file_outside_the_folder_is_refused(tmp_path):
    (tmp_path / "secret.csv").write_text("kode,nama\n1,2\n")
    inner = tmp_path / "export"
    inner.mkdir()
    with pytest.raises(ExportError, match="outside the export's folder"):
        read_source(inner, table("../secret.csv"), COLUMNS)


def test_a_missing_column_is_named_with_those_there_are(tmp_path):
    error = refusal(tmp_path, "a.csv", b"kode,desa\n01,x\n")
    assert error.message == "a.csv lacks the column nama."
    assert error.cause == "Row 1 names: desa, kode."


def test_an_empty_file_and_one_with_a_header_only(tmp_path):
    assert refusal(tmp_path, "a.csv", b"").message == "a.csv is empty."
    assert refusal(tmp_path, "b.csv", b"kode,nama\n").message == "b.csv has no rows."


def test_another_separator_is_recognised_and_named_but_not_guessed(tmp_path):
    error = refusal(tmp_path, "a.csv", b"kode;nama\n01;x\n")
    assert error.message == "a.csv is not separated by ','."
    assert 'separator = ";"' in error.next_step


def test_another_encoding_is_refused(tmp_path):
    error = refusal(tmp_path, "a.csv", "kode,nama\n01,Café\n".encode("latin-1"))
    assert error.message.startswith("a.csv is not encoded as utf-8")


def test_an_unknown_encoding_is_refused(tmp_path):
    assert "not known" in refusal(tmp_path, "a.csv", b"kode,nama\n1,2\n", encoding="klingon").message


def test_broken_parquet_and_xlsx_are_refused(tmp_path):
    assert refusal(tmp_path, "a.parquet", b"PAR1 but not really").message == "a.parquet cannot be read."
    assert refusal(tmp_path, "a.xlsx", b"PK not a zip").message == "a.xlsx cannot be read."


def test_a_row_with_too_many_fields_is_refused(tmp_path):
    assert refusal(tmp_path, "a.csv", b"kode,nama\n01,x\n02,y,z,w\n").message == "a.csv cannot be read."


def test_a_kind_that_cannot_be_read_is_refused(tmp_path):
    assert "kind that cannot be read" in refusal(tmp_path, "a.pdf", b"%PDF").message


def test_the_format_knows_no_other_keys():
    with pytest.raises(ValueError, match="Extra inputs"):
        Format.model_validate({"delimiter": ";"})


def test_a_blank_text_of_a_parquet_file_is_empty_as_in_a_csv_file(tmp_path):
    pl.DataFrame({"a": ["x ", " ", ""], "n": [1, 2, 3]}).write_parquet(tmp_path / "a.parquet")
    table = TableMapping.model_validate(
        {"name": "families", "file": "a.parquet", "columns": {"family_id": {"from": "a"}, "village": {"value": "v"}}}
    )
    rows = read_source(tmp_path, table, ["a", "n"])
    assert rows["a"].to_list() == ["x", None, None]
    assert rows["n"].to_list() == [1, 2, 3]
