"""The folder of microdata: nobody is found in it, its figures are found again, and it is there whole or not at all."""

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from analytics.access_log.tables import LOG
from analytics.register import open_database
from analytics.research.columns import ANY, QUASI
from analytics.research.errors import ResearchError
from analytics.research.export import Protection, export
from analytics.settings import Settings
from tests.conftest import ROOT

NAMES = [quasi.name for quasi in QUASI]
FINE = Protection(k=3, l=1)
"""The weakest there is: less is generalised, and an attacker has more to hold on to."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home of its own for the log: that of others, and its anchor, are not touched."""
    return Settings(home=tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def folder(pilot, settings, tmp_path_factory):
    output = tmp_path_factory.mktemp("research") / "pilot"
    export(pilot, output, settings=settings, protection=FINE)
    return output


@pytest.fixture(scope="module")
def rows(folder):
    return pd.read_parquet(folder / "families.parquet")


def logged(settings: Settings) -> list[tuple[str, str]]:
    with closing(open_database(settings)) as database, database.reading() as connection:
        return [(row.action, row.details) for row in connection.execute(LOG.select().order_by(LOG.c.number))]


def known_by_neighbours(pilot) -> pd.DataFrame:
    """What others may know of each family, from the contract's tables with pandas alone."""
    tables = {name: pilot.run(pilot.table(name)) for name in ("families", "regions", "registrations")}
    found = tables["families"].set_index("family_id")
    first = tables["registrations"].sort_values(["submitted_at", "registration_id"]).drop_duplicates("family_id")
    parents = tables["regions"].set_index("code")["parent"]
    return pd.DataFrame(
        {
            "region": found["village"].map(parents),
            "size": found["size"],
            "head_age": pilot.manifest.day.year - found["head_birth_year"],
            "head_sex": found["head_sex"],
            "disability": found["disability"].map({True: "yes", False: "no"}),
            "channel": first.set_index("family_id")["channel"].reindex(found.index).fillna("none"),
        }
    )


def fits(known: pd.Series, told: str) -> pd.Series:
    """Which families a value of the file may be of, read as a stranger reads it."""
    span = re.fullmatch(r"(\d+) to (\d+)|(\d+)\+|under (\d+)|(\d+)", told) if known.dtype.kind in "iuf" else None
    if told == ANY:
        return pd.Series(data=True, index=known.index)
    if span:
        low, high, least, under, exact = (int(part) if part else None for part in span.groups())
        if least is not None:
            return known >= least
        if under is not None:
            return known < under
        return (known == exact) if exact is not None else known.between(low, high)
    return (
        (known == told) | known.astype("str").str.startswith(f"{told}.") | ((told == "registered") & (known != "none"))
    )


def test_no_row_can_be_linked_to_fewer_than_k_families_nor_a_family_to_fewer_than_k_rows(pilot, rows):
    known = known_by_neighbours(pilot)
    claimed = pd.Series(0, index=known.index)
    for values, part in rows[rows["region"] != ANY].groupby(NAMES):
        there = pd.concat([fits(known[name], told) for name, told in zip(NAMES, values, strict=True)], axis=1).all(
            axis=1
        )
        assert there.sum() >= len(part) >= FINE.k
        claimed[there] += len(part)
    suppressed = int((rows[NAMES] == ANY).all(axis=1).sum())
    assert suppressed >= FINE.k
    assert (claimed[claimed > 0] >= FINE.k).all()
    assert claimed.gt(0).sum() > 0.9 * len(known)


def test_nothing_of_the_source_leaves_that_names_a_family(pilot, folder, rows):
    text = "\n".join(path.read_bytes().decode("utf-8", "ignore") for path in folder.iterdir())
    families = pilot.run(pilot.table("families"))
    assert not [name for name in families["family_id"] if name in text]
    assert not [code for code in set(families["village"]) if code in text]
    words = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix != ".parquet"]
    # Digits of a hash or of a row's own random id may be decimal by chance.
    plain = re.sub(r"\b[0-9a-f]{64}\b|\br[0-9a-f]{14}\b", "", "\n".join([*words, rows.to_csv()]))
    assert not re.search(r"(?<!\d)\d{16}(?!\d)", plain)
    assert rows["row"].is_unique
    assert not rows.isna().any(axis=None)


def test_sensitive_columns_are_all_there_and_as_the_tables_say(pilot, rows):
    families = pilot.run(pilot.table("families"))
    expected = families["decile"].map(lambda value: "unknown" if pd.isna(value) else str(int(value)))
    assert rows["decile"].value_counts().to_dict() == expected.value_counts().to_dict()
    payments = pilot.run(pilot.table("payments"))
    payments = payments[payments["amount"] > 0]
    for programme in ("PKH", "BPNT"):
        paid = payments[payments["programme"] == programme]
        last = paid.loc[paid["period"] == paid["period"].max(), "family_id"].nunique()
        assert (rows[f"receives_{programme.lower()}"] == "yes").sum() == last
    verdicts = pilot.run(pilot.table("verdicts", room="derived"))
    for programme, part in verdicts.groupby("programme"):
        assert rows[f"verdict_{programme.lower()}"].value_counts().to_dict() == part["verdict"].value_counts().to_dict()


def test_two_exports_have_the_same_content_and_no_row_number_in_common(pilot, settings, folder, rows, tmp_path):
    export(pilot, tmp_path / "again", settings=settings, protection=FINE)
    again = pd.read_parquet(tmp_path / "again" / "families.parquet")
    pd.testing.assert_frame_equal(again.drop(columns="row"), rows.drop(columns="row"))
    assert not set(again["row"]) & set(rows["row"])
    for name in ("codebook.json", "codebook.md", "figures.json", "reproduce.py", "README.md"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_the_csv_is_the_same_table_and_opens_as_text(folder, rows):
    found = pd.read_csv(folder / "families.csv", dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(found, rows, check_dtype=False)
    assert not found.isin(["3-4"]).any(axis=None)


def test_the_codebook_explains_every_column_and_value(folder, rows):
    entries = {entry["column"]: entry for entry in json.loads((folder / "codebook.json").read_text())}
    assert list(entries) == list(rows.columns)
    for name in rows.columns.drop("row"):
        assert set(rows[name]) <= set(entries[name]["values"])
        assert entries[name]["meaning"]
    text = (folder / "codebook.md").read_text()
    assert all(f"## {name}" in text for name in rows.columns)


def test_the_manifest_says_what_was_done_and_the_log_who_did_it(folder, rows, settings, pilot):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["snapshot"] == pilot.manifest.snapshot
    assert manifest["k"]["found"] == rows.groupby(NAMES).size().min() >= FINE.k
    assert manifest["suppressed_share"] <= manifest["most_suppressed"] == 0.05
    action, details = logged(settings)[0]
    assert action == "export"
    assert json.loads(details)["rows"] == len(rows)


def reproduce(folder: Path, *more: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(folder / "reproduce.py"), *more],
        env=os.environ | {"TEPAT_HOME": str(home), "PYTHONPATH": str(ROOT)}, cwd=folder.parent,
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip


def test_the_script_finds_every_published_figure_again(folder, rows, pilot_home, pilot):
    tepat = f"{sys.executable} -c 'from analytics.cli import main; main()'"
    done = reproduce(folder, "--json", "--tepat", tepat, home=pilot_home)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["sound"]
    of_reports = [each for each in found["figures"] if each["from"] == "tepat"]
    assert {each["name"].split()[0] for each in of_reports} == {"targeting", "registrations", "objections"}
    assert all(abs(each["off"]) < 1e-9 for each in of_reports)
    shares = {each["name"]: each for each in found["figures"]}
    families = pilot.run(pilot.table("families"))
    poorest = families.loc[families["decile"] == 1, "family_id"]
    payments = pilot.run(pilot.table("payments"))
    paid = payments[(payments["programme"] == "PKH") & (payments["amount"] > 0)]
    paid = paid.loc[paid["period"] == paid["period"].max(), "family_id"]
    assert shares["coverage receives_pkh decile 1"]["found"] == pytest.approx(poorest.isin(paid).mean())
    registered = shares["registered_share"]
    assert abs(registered["off"]) <= json.loads((folder / "manifest.json").read_text())["suppressed_share"]


def test_the_script_says_where_a_file_or_figure_was_changed(folder, pilot_home, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    figures = json.loads((tmp_path / "figures.json").read_text())
    figures["rows"][0]["value"] += 1
    (tmp_path / "figures.json").write_text(json.dumps(figures))
    done = reproduce(tmp_path, home=pilot_home)
    assert done.returncode == 1
    assert "CHANGED figures.json" in done.stdout
    assert "NOT FOUND AGAIN families" in done.stdout


def test_a_part_of_the_data_set_has_the_families_of_its_area_alone(pilot, settings, tmp_path):
    done = export(pilot, tmp_path / "part", settings=settings, area="35.10.16", protection=FINE)
    families = pilot.run(pilot.table("families"))
    assert done["rows"] == families["village"].str.startswith("35.10.16.").sum()
    codebook = (tmp_path / "part" / "codebook.json").read_text()
    assert set(re.findall(r"35\.10\.\d\d", codebook)) <= {"35.10.16"}


def test_a_folder_that_is_there_is_left_as_it_is(pilot, settings, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(ResearchError, match="is there already"):
        export(pilot, tmp_path / "out", settings=settings)
    with pytest.raises(ResearchError, match="no folder"):
        export(pilot, tmp_path / "none" / "out", settings=settings)


@pytest.mark.parametrize("area", ["99", "35.10.16.9999", "../35", "'; DROP TABLE families"])
def test_an_area_that_is_none_is_refused(pilot, settings, tmp_path, area):
    with pytest.raises(ResearchError, match="no such region"):
        export(pilot, tmp_path / "out", settings=settings, area=area)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [{"k": 2}, {"k": 0}, {"k": -5}, {"l": 0}, {"k": 3, "l": 4}, {"suppression": 1.0}, {"suppression": -0.1},
     {"suppression": float("nan")}],
)  # fmt: skip
def test_a_protection_that_protects_nobody_is_refused(given):
    with pytest.raises(ResearchError, match="cannot be used"):
        Protection(**given)


def test_a_village_too_small_for_k_is_refused_and_leaves_nothing(pilot, settings, tmp_path):
    families = pilot.run(pilot.table("families"))
    village = families["village"].value_counts().index[-1]
    with pytest.raises(ResearchError):
        export(pilot, tmp_path / "out", settings=settings, area=village, protection=Protection(k=5_000, l=1))
    assert list(tmp_path.iterdir()) == []
