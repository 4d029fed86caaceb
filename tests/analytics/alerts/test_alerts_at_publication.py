"""Alerts at the end of a publication: a refused one is told, and nothing that goes wrong with alerts undoes one."""

import shutil
from contextlib import closing

import pytest

from analytics.alerts.reading import open_alerts
from analytics.ingest import ingest
from analytics.register import has_register
from analytics.settings import Settings
from analytics.store import open_store
from tests.conftest import ROOT
from validation.errors import ExportError

MAPPING = ROOT / "examples" / "banyuwangi.toml"


@pytest.fixture
def home(pilot_home, tmp_path):
    shutil.copytree(pilot_home / "keys", tmp_path / "home" / "keys")
    return tmp_path / "home"


def test_alerts_that_fail_leave_the_publication_as_it_is(home, pilot_home, capsys):
    broken = Settings(home=home, alerts=True, alert_thresholds={"there_is_none": 1.0})
    done = ingest(MAPPING, pilot_home / "exports", settings=broken)
    store = open_store(broken)
    assert store.manifest().snapshot == done.manifest.snapshot
    assert store.last_attempt(done.manifest.dataset.name).published
    assert '"event": "alerts_failed"' in capsys.readouterr().err


@pytest.mark.parametrize("is_on", [True, False])
def test_a_refused_publication_opens_its_alert_where_alerts_are_on_and_stays_refused(is_on, home, pilot_home, tmp_path):
    shutil.copytree(pilot_home / "warehouse", home / "warehouse")
    (tmp_path / "empty").mkdir()
    own = Settings(home=home, alerts=is_on)
    before = open_store(own).manifest()
    with pytest.raises(ExportError):
        ingest(MAPPING, tmp_path / "empty", settings=own)
    assert open_store(own).manifest() == before
    if not is_on:
        assert not has_register(own)
        return
    with closing(open_alerts(own)) as alerts:
        codes = alerts.listed(before.dataset.name)["code"].tolist()
        assert "refused_publication" in codes
        assert alerts.judgement(before.dataset.name).snapshot == before.snapshot
