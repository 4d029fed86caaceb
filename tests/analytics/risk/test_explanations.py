"""Any family can be explained: as its score says, from its own record, or with the word why not."""

import numpy as np
import pandas as pd
import pytest

from analytics.risk.calibration import calibrate
from analytics.risk.explanations import explainer, explanations
from analytics.risk.learners import RiskError, learners
from analytics.risk.model import train
from analytics.risk.reasons import reason_book
from analytics.risk.saved import Fit, ModelError, save
from analytics.risk.scoring import score_all
from analytics.settings import Settings
from analytics.store import open_store


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def manifest(home, pilot):
    fits = {}
    for programme in ("BPNT", "PKH"):
        found = learners(pilot, programme)
        ensembles = train(found.inputs, found.entitled, found.welfare, found.weight, rounds=60)
        margins = ensembles.margins(found.inputs)
        calibration = calibrate(margins, found.entitled, found.weight, found.receives, found.rows["district"])
        fits[programme] = Fit(ensembles=ensembles, calibration=calibration, evaluation={})
    name = pilot.manifest.dataset.name
    return save(home.home, fits, dataset=name, snapshot=pilot.manifest.snapshot, seed=1, poorest=None)


@pytest.fixture(scope="module")
def scores(home, manifest, pilot, pilot_home):
    path = score_all(open_store(Settings(home=pilot_home)), pilot, home, manifest)
    return pd.read_parquet(path)


@pytest.fixture(scope="module")
def families(pilot):
    frame = pilot.run(pilot.table("families")).set_index("family_id")
    return frame.loc[np.random.default_rng(2).permutation(frame.index.sort_values())[:300]]


@pytest.fixture(scope="module")
def explained(pilot, home, manifest, families):
    return explanations(pilot, home, manifest, "BPNT", list(families.index))


def test_any_family_is_explained_with_the_score_that_it_was_given(explained, scores, families):
    own = scores[scores["programme"] == "BPNT"].set_index("family_id")
    assert set(explained) == set(families.index)
    told = {family: found for family, found in explained.items() if found.entitled is not None}
    assert len(told) > 250
    for family, found in told.items():
        assert found.entitled == pytest.approx(own.loc[family, "entitled"], abs=1e-5)
        assert found.receives == own.loc[family, "receives"]
        assert found.direction == ("not_entitled" if found.receives else "entitled")
        assert (found.state == "reasons") == bool(found.reasons)
        assert found.similar.checked == 20
        assert 0 <= found.similar.not_entitled <= 20


def test_a_reason_cites_only_what_the_record_holds(explained, families):
    contestable = {group.id for group in reason_book().group if group.contestable}
    cited = 0
    for family, found in explained.items():
        assert len(found.reasons) <= 3
        assert {reason.group for reason in found.reasons} <= contestable
        for evidence in (each for reason in found.reasons for each in reason.evidence):
            column, _, value = evidence.input.partition("=")
            recorded = families.loc[family, column]
            assert not pd.isna(recorded)
            if value:
                assert evidence.value == (recorded == value)
            elif column not in {"head_school", "highest_school"}:
                assert evidence.value == pytest.approx(float(recorded), rel=1e-6)
            if column in {"vehicle", "land", "power", "wage", "state_employment"}:
                assert evidence.recorded_by == families.loc[family, f"{column}_source"]
            cited += 1
    assert cited > 100


def test_where_too_little_is_known_it_is_said_and_no_reason_given(pilot, home, manifest, families):
    blind = families.index[0]
    table = pilot.table

    class Blind:
        """The warehouse with one family whose record is empty."""

        manifest = pilot.manifest
        names = staticmethod(pilot.names)
        run = staticmethod(pilot.run)

        @staticmethod
        def table(name, *, room="tables"):
            found = table(name, room=room)
            if name != "families":
                return found
            keys = {"family_id", "village", "district", "head_sex"}
            return found.mutate(
                **{
                    column: (found.family_id == blind).ifelse(None, found[column])
                    for column in found.columns
                    if column not in keys
                }
            )

    found = explainer(Blind(), home, manifest, "BPNT").explain([blind])[blind]
    assert found.state == "too_little_known"
    assert found.entitled is None
    assert found.reasons == ()
    assert "no score" in found.says.en


def test_a_family_that_a_rule_answers_for_has_no_score(pilot, home, manifest, scores, families):
    scored = set(scores.loc[scores["programme"] == "PKH", "family_id"])
    outside = next(family for family in families.index if family not in scored)
    assert explanations(pilot, home, manifest, "PKH", [outside])[outside].state == "ruled_out"


def test_a_family_that_the_snapshot_does_not_have_is_left_out(pilot, home, manifest):
    assert explanations(pilot, home, manifest, "BPNT", ["nobody"]) == {}
    assert explanations(pilot, home, manifest, "BPNT", []) == {}


def test_nothing_is_explained_while_scores_are_off_or_by_a_model_that_does_not_know(pilot, home, manifest):
    with pytest.raises(RiskError, match="switched off"):
        explanations(pilot, home.model_copy(update={"scores": False}), manifest, "BPNT", [])
    with pytest.raises(ModelError, match="does not know XYZ"):
        explanations(pilot, home, manifest, "XYZ", [])
    with pytest.raises(RiskError, match="trained on elsewhere"):
        explanations(pilot, home, manifest.model_copy(update={"dataset": "elsewhere"}), "BPNT", [])
