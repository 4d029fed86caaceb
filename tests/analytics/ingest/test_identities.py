"""Identities come from the export with the warehouse's pseudonyms, and leave no trace."""

import datetime as dt
import logging

import polars as pl
import pytest

from analytics.ingest.batch import Batch
from analytics.ingest.identities import read_identities
from analytics.ingest.mapping import load_mapping
from analytics.linkage.records import require_records
from analytics.settings import Settings
from analytics.store import open_store
from tests.conftest import ROOT
from validation.errors import ExportError, MappingError

BANYUWANGI = ROOT / "examples" / "banyuwangi.toml"
MAPPING = """
[dataset]
name = "trial"
title = { id = "Coba", en = "Trial" }
source = { id = "Sumber", en = "Source" }
[identities]
file = "orang.csv"
[identities.columns]
person_id = { from = "nik", nik = true }
family_id = { from = "kk", nik = true }
name = { from = "nama" }
sex = { from = "jk", recode = { L = "male", P = "female" } }
birth_date = { from = "lahir", time_format = "%d-%m-%Y" }
[[table]]
name = "families"
file = "keluarga.csv"
where = { aktif = 1 }
[table.columns]
family_id = { from = "kk", nik = true }
village = { from = "desa" }
"""
PEOPLE = """nik,kk,nama,jk,lahir
3510010302800001,3510010101100001,Budi Rahasia,L,03-02-1980
3510014302810001,3510010101100001,Siti Rahasia,P,03-02-1981
3510014302810001,3510010101100002,Siti Lain,P,03-02-1981
3510014302820001,3510010101100002,Ani Rahasia,X,
,3510010101100002,Tanpa Nomor,P,03-02-1981
"""
FAMILIES = """kk,desa,aktif
3510010101100001,35.10.01.2001,1
3510010101100002,35.10.02.2002,0
"""


@pytest.fixture
def export(tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "orang.csv").write_text(PEOPLE)
    (tmp_path / "keluarga.csv").write_text(FAMILIES)
    return tmp_path


def read(export) -> pl.DataFrame:
    return read_identities(Settings(home=export / "home"), load_mapping(export / "m.toml"), export)


def test_people_come_with_what_the_mapping_names(export):
    people = read(export)
    assert people["name"].to_list() == ["Budi Rahasia", "Siti Rahasia", "Ani Rahasia"]
    assert people["sex"].to_list() == ["male", "female", None]
    assert people["birth_date"].to_list() == [dt.date(1980, 2, 3), dt.date(1981, 2, 3), None]
    assert people["village"].to_list() == ["35.10.01.2001", "35.10.01.2001", None]
    assert people["district"].to_list() == ["35.10.01", "35.10.01", None]
    assert people["nik"].to_list() == ["3510010302800001", "3510014302810001", "3510014302820001"]
    require_records(people)


def test_the_village_of_the_person_goes_before_that_of_the_family(export):
    (export / "m.toml").write_text(MAPPING.replace("[[table]]", 'village = { from = "desa" }\n[[table]]', 1))
    rows = [f"{row},{'desa' if at == 0 else '35.10.09.2009'}" for at, row in enumerate(PEOPLE.splitlines())]
    (export / "orang.csv").write_text("\n".join(rows))
    assert set(read(export)["village"]) == {"35.10.09.2009"}


def test_pseudonyms_are_those_of_the_warehouse(pilot_home):
    settings = Settings(home=pilot_home)
    people = read_identities(settings, load_mapping(BANYUWANGI), pilot_home / "exports")
    published = open_store(settings).open().table("persons").select("person_id", "family_id", "sex").to_polars()
    both = published.join(people, on="person_id", how="left", suffix="_read")
    assert both["name"].null_count() == 0
    assert both["family_id"].equals(both["family_id_read"])
    assert both["sex"].equals(both["sex_read"])
    assert both["village"].null_count() == 0
    require_records(people)


def test_a_wrong_date_is_named_by_its_row_alone(export, caplog):
    (export / "orang.csv").write_text(PEOPLE.replace("03-02-1980", "rahasia"))
    with caplog.at_level(logging.DEBUG), pytest.raises(ExportError) as caught:
        read(export)
    assert "orang.csv, column lahir, row 2: not a date." in str(caught.value)
    for secret in ("3510", "Budi", "Rahasia", "rahasia"):
        assert secret not in str(caught.value)
        assert secret not in caplog.text


def test_nothing_of_a_person_is_written_or_logged(export, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        read(export)
    assert "Rahasia" not in caplog.text
    assert capfd.readouterr() == ("", "")
    written = [path for path in (export / "home").rglob("*") if path.is_file()]
    assert [path.name for path in written] == ["pseudonym.key"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ('name = { from = "nama" }', 'nama = { from = "nama" }'),
            "nama is not a column of identities; did you mean name?",
        ),
        (('name = { from = "nama" }', ""), "the section identities needs name"),
        (('file = "orang.csv"', 'fil = "orang.csv"'), "[identities.fil] unknown key."),
        (('birth_date = { from = "lahir", time', "birth_date = { time"), "needs exactly one of from"),
    ],
)
def test_a_section_that_is_wrong_is_refused(export, change, words):
    (export / "m.toml").write_text(MAPPING.replace(*change))
    with pytest.raises(MappingError) as caught:
        load_mapping(export / "m.toml")
    assert words in str(caught.value)


def test_without_the_section_nobody_can_be_read(export):
    start, end = MAPPING.index("[identities]"), MAPPING.index("[[table]]")
    (export / "m.toml").write_text(MAPPING[:start] + MAPPING[end:])
    with pytest.raises(MappingError, match=r"Add a section \[identities\]"):
        read(export)


def test_a_column_that_the_file_lacks_is_named(export):
    (export / "orang.csv").write_text(PEOPLE.replace("lahir", "tgl", 1))
    with pytest.raises(ExportError, match="lacks the column lahir"):
        read(export)


def test_the_section_is_no_part_of_what_is_ingested(export):
    with_section = load_mapping(export / "m.toml")
    prints = {
        Batch(mapping=mapping, source=export, mode="replace", hashes={}).fingerprint
        for mapping in (with_section, with_section.model_copy(update={"identities": None}))
    }
    assert len(prints) == 1
