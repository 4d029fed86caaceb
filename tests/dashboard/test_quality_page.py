"""The page Mutu Data over exports with faults: what passed, what broke, where, since when, and in which rows."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.ingest import ingest
from analytics.metrics import quality
from analytics.settings import Settings
from analytics.store import Warehouse, open_store
from dashboard.charts.batches import batches
from dashboard.charts.pass_rates import pass_rates, rate
from dashboard.words import Words, catalogue
from tests.conftest import ROOT
from tests.dashboard.test_pages import TITLE_WORDS, open_page, sound, spoken
from validation.contract import CONTRACT
from validation.errors import GateError
from validation.limits import Limits
from validation.suites import computed_suites
from validation.text import LANGUAGES

MAPPING = ROOT / "examples" / "banyuwangi.toml"
PLACE = "35.10.16"


def damaged(source: Path, target: Path, *, every: int) -> Path:
    """Copy an export in which one of `every` payments is negative, and one family in that many has no village."""
    shutil.copytree(source, target)
    payments = pd.read_parquet(target / "penyaluran.parquet")
    payments.loc[payments.index % every == 0, "nominal"] *= -1
    payments.to_parquet(target / "penyaluran.parquet")
    families = pd.read_parquet(target / "keluarga.parquet")
    families.loc[families.index % (2 * every) == 0, "kode_desa"] = "35.10.99.9999"
    families.to_parquet(target / "keluarga.parquet")
    return target


@pytest.fixture(scope="module")
def faulty_home(pilot_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two publications that left rows out, and an export that was refused after them."""
    home = tmp_path_factory.mktemp("faulty")
    shutil.copytree(pilot_home / "keys", home / "keys")
    for number, every in enumerate((200, 100)):
        source = damaged(pilot_home / "exports", home / f"export{number}", every=every)
        ingest(MAPPING, source, settings=Settings(home=home))
    with pytest.raises(GateError):
        ingest(MAPPING, damaged(pilot_home / "exports", home / "refused", every=4), settings=Settings(home=home))
    return home


@pytest.fixture(scope="module")
def faulty(faulty_home: Path) -> Warehouse:
    return open_store(Settings(home=faulty_home)).open()


def gate(warehouse: Warehouse, name: str) -> pd.DataFrame:
    return warehouse.run(warehouse.table(name, room="gate"))


def find(at: AppTest, *headers: str) -> pd.DataFrame:
    """Return the first table of the page with these headers."""
    return next(frame for frame in (e.value for e in at.dataframe) if set(headers) <= set(frame.columns))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"area": PLACE},
        {"area": f"{PLACE}.1001", "programme": "PKH"},
        {"findings": "warned"},
        {"gate_table": "payments", "gate_rule": "payments.amount.range"},
        {"gate_table": "payments", "severity": "block"},
        {"rules": "all", "area": PLACE, "findings": "warned"},
    ],
)
def test_the_page_stands_under_every_choice(query, language, faulty_home, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, language, **query)
    sound(at)
    assert 0 < len(at.title[0].value.split()) <= TITLE_WORDS


def test_the_title_says_the_share_that_passed_and_the_rows_that_did_not(faulty_home, faulty, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en")
    facts = faulty.manifest.tables.values()
    rejected, rows = sum(fact.rejected for fact in facts), sum(fact.rows for fact in facts)
    words = Words("en")
    assert at.title[0].value.startswith(f"{words.percent(rows / (rows + rejected))} of rows passed")
    assert f"{words.number(rejected)} held back" in at.title[0].value


def test_an_area_counts_its_own_rows_in_the_title(faulty_home, faulty, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en", area=PLACE)
    found = gate(faulty, "districts")
    own = found[(found["rule"] == "") & (found["district"] == PLACE) & found["table"].isin(list(CONTRACT))]
    assert f"; {Words('en').number(int(own['failed'].sum()))} held back" in at.title[0].value


def test_a_clean_export_is_said_to_be_clean(pilot_home, monkeypatch):
    at = open_page(pilot_home, "mutu_data", monkeypatch, "en")
    sound(at)
    said = spoken(at)
    assert at.title[0].value.startswith("All ")
    assert "In every district, all rows passed." in said
    assert "No row is held back here." in said
    assert "There is only one publication so far." in said


def test_the_refused_export_names_the_rules_it_broke(faulty_home, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en")
    assert "The last publication failed" in at.warning[0].value
    assert "Rules that the refused export broke" in spoken(at)
    refused = at.dataframe[0].value
    assert "payments.amount.range" in set(refused["Rule id"])
    assert "counted, with a note" not in set(refused["Consequence"])


def test_tables_and_rules_stand_worst_first_with_owner_and_consequence(faulty_home, faulty, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en", severity="quarantine")
    broken = at.dataframe[2].value  # after the refused export's rules and the tables
    results = gate(faulty, "results")
    expected = results[(results["failed"] > 0) & (results["severity"] == "quarantine")]
    assert set(broken["Rule id"]) == set(expected["rule"])
    assert set(broken["Consequence"]) == {"row goes to quarantine"}
    assert "Paying bank" in set(broken["Who mends it"])
    shares = [float(text.rstrip("%")) for text in broken["Pass rate"]]
    assert shares == sorted(shares)


def test_the_rows_behind_a_rule_are_the_gate_s_and_name_file_and_row(faulty_home, faulty, monkeypatch):
    at = open_page(
        faulty_home, "mutu_data", monkeypatch, "en", gate_table="payments", gate_rule="payments.amount.range"
    )
    shown = find(at, "File", "Row in the file")
    kept = gate(faulty, "quarantine")
    own = kept[(kept["table"] == "payments") & (kept["rule"] == "payments.amount.range")].sort_values("row")
    number = Words("en").number
    assert list(shown["Row in the file"]) == [number(row) for row in own["row"].head(len(shown))]
    assert set(shown["File"]) == {"penyaluran.parquet"}


def test_no_column_of_the_page_is_an_identifier(faulty_home, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en")
    headers = {column for element in at.dataframe for column in element.value.columns}
    assert headers <= {entry.en for entry in catalogue().values()}


def test_an_area_shows_the_rows_of_its_districts_alone(faulty_home, monkeypatch):
    everywhere = find(open_page(faulty_home, "mutu_data", monkeypatch, "en"), "File", "Row in the file")
    inside = find(open_page(faulty_home, "mutu_data", monkeypatch, "en", area=PLACE), "File", "Row in the file")
    assert everywhere["District"].nunique() > 1
    assert inside["District"].nunique() == 1
    assert "unknown" not in set(inside["District"])


def test_a_village_says_that_quality_is_known_by_district(faulty_home, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "en", area=f"{PLACE}.1001", programme="PKH")
    said = spoken(at)
    assert "Quality is counted by district." in said
    assert "These filters do not apply to this page: Programme." in said


def test_the_way_to_mend_is_told(faulty_home, monkeypatch):
    at = open_page(faulty_home, "mutu_data", monkeypatch, "id")
    assert any("tepat quarantine retry" in str(code.value) for code in at.code)


def test_every_table_of_the_gate_has_a_name_in_words():
    for table in [*CONTRACT, *computed_suites(Limits())]:
        assert f"quality.table_{table}" in catalogue()


RATES = pd.DataFrame(
    {"name": ["Srono", "Genteng", "Licin"], "passed": [0.9, 0.99999, 1.0], "failed": [10, 1, 0], "checked": [100] * 3}
)


def test_a_rate_that_is_not_whole_never_reads_as_all():
    assert rate(0.99999, words=Words("id")) == "> 99,9\u202f%"
    assert rate(1.0, words=Words("en")) == "100.0%"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pass_rates_draw_what_broke_and_count_the_rest(language):
    before = RATES.copy(deep=True)
    words = Words(language)
    chart = pass_rates(RATES, words=words, measure="X", category_label="Y")
    pd.testing.assert_frame_equal(RATES, before)
    (dots,) = chart.figure.data
    assert list(dots.x) == [0.9, 0.99999]
    assert len(chart.table) == 3
    assert "Srono" in chart.alt
    assert "Licin" not in chart.alt
    assert any(words("quality.key_whole", count="1") in str(text.text) for text in chart.figure.layout.annotations)


def test_a_row_left_out_stands_in_the_twin_and_in_the_words():
    chart = pass_rates(RATES, words=Words("en"), measure="X", category_label="Y", leave_out="Srono", note="Why.")
    assert list(chart.figure.data[0].x) == [0.99999]
    assert chart.alt.endswith("Why.")
    assert "Srono" in set(chart.table["Y"])


def test_no_pass_rate_is_a_sentence():
    chart = pass_rates(RATES.head(0), words=Words("en"), measure="X", category_label="Y")
    assert not chart.figure.data


def course(series: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (f"b{batch}", pd.Timestamp(2026, 8, 17 + batch).date(), f"moment {batch}", f"s{n}", n / 100, n, 100)
            for batch in range(3)
            for n in range(series)
        ],
        columns=["batch", "day", "moment", "series", "share", "failed", "checked"],
    )


def test_the_course_draws_the_worst_four_by_shape_and_keeps_all_in_the_twin():
    chart = batches(course(6), words=Words("en"), measure="X", series_label="Y")
    assert [line.name for line in chart.figure.data] == ["s5", "s4", "s3", "s2"]
    assert len({line.marker.symbol for line in chart.figure.data}) == 4
    assert len(chart.table) == 18
    assert "3 publications" in chart.alt
    assert any("4 of 6" in str(text.text) for text in chart.figure.layout.annotations)


@pytest.mark.parametrize(("language", "day"), [("id", "17 Agu"), ("en", "17 Aug")])
def test_the_course_names_days_and_two_on_one_day_by_the_clock(language, day):
    words = Words(language)
    chart = batches(course(1), words=words, measure="X", series_label="Y")
    assert chart.figure.layout.xaxis.ticktext[0] == day
    same = course(1).assign(day=pd.Timestamp(2026, 8, 17).date(), moment="17 Agustus 2026 06.38 WIB")
    assert (
        batches(same, words=words, measure="X", series_label="Y").figure.layout.xaxis.ticktext[0] == f"{day}<br>06.38"
    )


def test_no_course_is_a_sentence():
    chart = batches(course(0), words=Words("id"), measure="X", series_label="Y")
    assert not chart.figure.data


def test_kinds_part_what_is_kept_out_from_what_is_noted():
    frame = pd.DataFrame({"severity": ["block", "quarantine", "warn"]})
    assert list(quality.of_kind(frame, "quarantine")["severity"]) == ["block", "quarantine"]
    assert list(quality.of_kind(frame, "warned")["severity"]) == ["warn"]
