"""A mapping is understood whole or refused with the key that is wrong."""

import pytest

from analytics.ingest.mapping import load_mapping
from tests.conftest import ROOT
from validation.contract import CONTRACT
from validation.errors import MappingError

MINIMAL = """
[dataset]
name = "trial"
title = { id = "Coba", en = "Trial" }
source = { id = "Sumber", en = "Source" }
[[table]]
name = "families"
file = "a.csv"
[table.columns]
family_id = { from = "kk" }
village = { from = "desa" }
"""


def refusal(tmp_path, text: str) -> MappingError:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    return caught.value


def test_personal_is_the_default(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(MINIMAL)
    assert load_mapping(path).dataset.sensitivity == "personal"


@pytest.mark.parametrize("name", ["alatas2012", "banyuwangi"])
def test_the_shipped_mappings_are_understood(name):
    mapping = load_mapping(ROOT / "examples" / f"{name}.toml")
    assert mapping.dataset.sensitivity in {"public", "simulated"}
    assert {table.name for table in mapping.table} <= set(CONTRACT)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("file =", "filee ="), "[table.0.filee] unknown key."),
        (('name = "families"', 'name = "familys"'), "familys is not a table; did you mean families?"),
        (("village = {", "vilage = {"), "vilage is not a column of families; did you mean village?"),
        (('village = { from = "desa" }', ""), "the table families needs village"),
        (('{ from = "kk" }', "{ }"), "needs exactly one of from, value, template, one_of"),
        (('{ from = "kk" }', '{ from = "kk", value = 1 }'), "needs exactly one of"),
        (('{ from = "kk" }', '{ from = "kk", tims = 2 }'), "unknown key"),
        (('name = "trial"', 'name = "Trial Nr 1"'), "dataset.name"),
        (('title = { id = "Coba", en = "Trial" }', ""), "[dataset.title] Field required."),
        (('name = "trial"', 'name = "trial"\nsensitivity = "secret"'), "[dataset.sensitivity]"),
    ],
)
def test_a_wrong_key_is_named(tmp_path, change, words):
    assert MINIMAL.replace(*change) != MINIMAL
    error = refusal(tmp_path, MINIMAL.replace(*change))
    assert words in error.cause
    assert error.message == "m.toml cannot be used as a mapping."


def test_a_missing_file_and_broken_toml(tmp_path):
    with pytest.raises(MappingError, match=r"no mapping file x\.toml"):
        load_mapping(tmp_path / "x.toml")
    assert "line" in refusal(tmp_path, "[dataset\nname = 1").cause


def test_a_mapping_without_families_is_refused(tmp_path):
    text = MINIMAL.replace('"families"', '"agents"').replace("family_id =", "agent_id =")
    assert "families is needed" in refusal(tmp_path, text + 'role = { value = "pkh" }\n').cause
