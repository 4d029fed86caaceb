"""A confirmed pair opens cases of its families, once, with codes and weights as evidence; and touches no benefit."""

import ast
import datetime as dt
import re
import shutil
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.adjudication import AdjudicationError, open_adjudication
from analytics.adjudication.tables import PAIRS
from analytics.cases import Cases
from analytics.cases.selection import candidates
from analytics.cases.tables import FLAGS
from analytics.settings import Settings
from analytics.store import open_store
from tests.analytics.adjudication.conftest import DATASET, EVIDENCE, found, judge, judged, pair, row
from tests.analytics.cases.test_selection import ACCESS_LOG, WRITES, hashes
from tests.conftest import ROOT

RECEIVES = pd.DataFrame(
    [("f0001a", "BPNT"), ("f0001a", "PKH"), ("f0001b", "BPNT"), ("f0009a", "PKH")], columns=["family_id", "programme"]
)


def opened(pairs, receives=RECEIVES, snapshot="s1"):
    return pairs.open_cases(
        lambda: receives, dataset=DATASET, snapshot=snapshot, officer="ADM-1", reason="Pasangan November"
    )


@pytest.fixture
def cases(pairs) -> Cases:
    return Cases(pairs.database)


def test_both_families_are_looked_at_again_in_each_programme_that_they_receive(pairs, cases, clock):
    id_ = judged(pairs, "same", "same")
    clock.forward(hours=1)
    made = opened(pairs)
    assert (made.cases, made.joined, made.by_kind) == (3, 0, {"duplicate": 3})
    listed = cases.queue(dataset=DATASET).rows
    assert set(zip(listed["family_id"], listed["programme"], listed["side"], listed["district"], strict=True)) == {
        ("f0001a", "BPNT", "receives", "35.10.01"),
        ("f0001a", "PKH", "receives", "35.10.01"),
        ("f0001b", "BPNT", "receives", "35.10.02"),
    }
    (flag, *_) = pairs.database.frame(sa.select(FLAGS)).to_dict("records")
    assert (flag["ref"], flag["snapshot"]) == (id_, "s1")
    assert flag["evidence"] == {
        "pair": id_, "run": row(pairs, id_)["run"], "named": "", "probability": 0.8765,
        "fields": [dict(each) for each in EVIDENCE],
    }  # fmt: skip
    assert opened(pairs).cases == opened(pairs, snapshot="s2").cases == 0
    assert pairs.history(id_)["action"].tolist() == ["verdict", "verdict", "cases"]


def test_people_of_one_family_are_one_case_a_programme(pairs, cases, clock):
    pairs.store(found(pair(1, family_b="f0001a", village_b="35.10.01.2001", district_b="35.10.01")))
    judge(pairs, "R-1", "same"), judge(pairs, "R-2", "same")
    clock.forward(hours=2)
    assert opened(pairs).cases == 2
    assert set(cases.queue().rows["district"]) == {"35.10.01"}


@pytest.mark.parametrize("said", [("different", "different"), ("same",), ("same", "different"), ("cannot_tell",) * 3])
def test_what_is_not_confirmed_opens_nothing(pairs, cases, clock, said):
    judged(pairs, *said)
    clock.forward(days=9)
    assert opened(pairs).cases == 0
    assert cases.queue().total == 0


def test_a_slip_is_taken_back_before_the_hour_is_over_and_not_after_cases_were_opened(pairs, cases, clock):
    id_ = judged(pairs, "same", "same")
    clock.forward(minutes=59)
    assert opened(pairs).cases == 0
    pairs.undo(id_, officer="R-2", version=3)
    clock.forward(hours=5)
    assert opened(pairs).cases == 0
    pairs.next_pair("R-2", dataset=DATASET)
    pairs.review(id_, reviewer="R-2", verdict="same")
    clock.forward(hours=1)
    assert opened(pairs).cases == 3
    with pytest.raises(AdjudicationError, match="Cannot take back") as caught:
        pairs.undo(id_, officer="R-2", version=row(pairs, id_)["version"])
    assert "Cases were opened" in caught.value.cause
    assert not pairs.reviewed("R-1", dataset=DATASET)["undoable"].any()
    assert cases.queue().total == 3


def test_families_that_receive_nothing_are_looked_at_again_in_the_next_snapshot_alone(pairs, clock):
    judged(pairs, "same", "same")
    clock.forward(hours=1)
    asked = []

    def receives(rows):
        asked.append(len(rows))
        return rows

    for snapshot, rows in (("s1", RECEIVES.iloc[:0]), ("s1", RECEIVES), ("s2", RECEIVES), ("s3", RECEIVES)):
        pairs.open_cases(
            lambda rows=rows: receives(rows), dataset=DATASET, snapshot=snapshot, officer="ADM-1", reason="Putaran"
        )
    assert asked == [0, 4]


def test_a_whole_adjudication_leaves_every_other_file_of_the_home_as_it_was(pilot_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home)
    before = hashes(home)
    now = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    with closing(open_store(Settings(home=home)).open()) as warehouse:
        receivers = candidates(warehouse).query("side == 'receives'")
    families = receivers["family_id"].unique()[:2]
    with closing(open_adjudication(Settings(home=home), clock=lambda: now)) as pairs:
        pairs.store(found(pair(1, family_a=families[0], family_b=families[1])))
        judge(pairs, "R-1", "same"), judge(pairs, "R-2", "same")
        now += dt.timedelta(hours=1)
        assert opened(pairs, receivers).cases == receivers["family_id"].isin(families).sum() >= 2
    assert {name: each for name, each in hashes(home).items() if name not in ACCESS_LOG} == before


READ_ONLY = {
    "analytics.access_log": {"Action", "append"},
    "analytics.access.areas": {"inside", "is_inside", "require_area"},
    "analytics.settings": {"Settings"},
    "analytics.keys": {"cipher"},
    "analytics.estimation": {"LEVEL", "wilson"},
    "analytics.linkage.findings": {"BANDS", "NAMED", "PAIR_COLUMNS", "Band", "JUDGED", "Findings", "SearchRun"},
}
"""All that pairs and the vault take from elsewhere, but for cases and the register; none of it writes a snapshot."""
OWN = ("analytics.adjudication", "analytics.vault", "analytics.cases", "analytics.register")
MODULES = sorted(path for room in ("adjudication", "vault") for path in (ROOT / "analytics" / room).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_of_pairs_and_the_vault_can_write_a_snapshot_or_reach_a_payment(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not [each.name for each in node.names if each.name.startswith(("analytics", "duckdb", "ibis"))]
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert not module.startswith(("duckdb", "ibis", "pyarrow"))
            if module.startswith("analytics.") and not module.startswith(OWN):
                assert {each.name for each in node.names} <= READ_ONLY.get(module, set()), module
            if module.startswith("analytics.cases"):
                assert module != "analytics.cases.selection"
        if isinstance(node, ast.Attribute):
            assert node.attr not in WRITES


def test_no_row_of_a_pair_holds_what_looks_like_a_persons_number(pairs, clock):
    judged(pairs, "same", "same")
    clock.forward(hours=1)
    opened(pairs)
    told = "".join(
        pairs.database.frame(sa.select(table)).to_csv()
        for table in PAIRS.metadata.tables.values()
        if table.name.startswith(("duplicate", "case"))
    )
    assert len(told) > 1000
    assert not re.search(r"(?<![\d.])\d{16}(?!\d)", told)


def test_the_overview_counts_the_pairs_as_a_recount_of_its_rows(pairs):
    rng = np.random.default_rng(5)
    districts, agents = ["35.10.01", "35.10.02", "35.10.03"], ["AG-1", "AG-2", ""]
    rows = [
        pair(
            number, probability=float(rng.random()), band=str(rng.choice(["review", "probable"])),
            district_a=str(rng.choice(districts)), district_b=str(rng.choice(districts)),
            agent_a=str(rng.choice(agents)), agent_b=str(rng.choice(agents)),
        )
        for number in range(1, 31)
    ]  # fmt: skip
    pairs.store(found(*rows))
    verdicts = {id_: str(rng.choice(["same", "different", "cannot_tell"])) for id_ in range(1, 31)}
    for reviewer in ("R-1", "R-2", "R-3"):
        for _ in range(18):
            taken = pairs.next_pair(reviewer, dataset=DATASET)
            if taken is not None:
                pairs.review(taken.id, reviewer=reviewer, verdict=verdicts[int(taken.left.person[1:5])])
    kept = pairs.database.frame(sa.select(PAIRS)).to_dict("records")
    view = pairs.overview(DATASET)
    assert view.found == 30
    assert view.confirmed == sum(each["state"] == "confirmed" for each in kept) > 0
    assert view.dismissed == sum(each["state"] == "dismissed" for each in kept) > 0
    assert view.to_review == sum(each["state"] in {"open", "third"} for each in kept) > 0
    assert view.verdicts == sum(each["wanted"] for each in kept)
    waiting = [1 - each["probability"] for each in kept if each["state"] not in {"confirmed", "dismissed"}]
    assert view.expected_false == pytest.approx(sum(waiting))
    assert view.bands["pairs"].sum() == 30
    for place in ("district", "agent", "channel"):
        table = view.places[place].set_index("value")
        for value in table.index:
            own = [each for each in kept if value in {each[f"{place}_a"], each[f"{place}_b"]}]
            assert table.loc[value, "found"] == len(own)
            assert table.loc[value, "confirmed"] == sum(each["state"] == "confirmed" for each in own)
    assert view.agreement.share == 1.0
    decided = pairs.decided_pairs(DATASET).set_index(["a", "b"])["same"].to_dict()
    assert decided == {(each["a"], each["b"]): each["outcome"] == "same" for each in kept if each["outcome"]}


def test_an_overview_of_nothing_says_so(pairs):
    view = pairs.overview(DATASET)
    assert (view.run, view.found, view.expected_false, view.agreement) == (None, 0, 0.0, None)
    assert pairs.decided_pairs(DATASET).empty
    assert pairs.speeds(DATASET).empty
