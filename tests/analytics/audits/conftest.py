"""Homes to draw in: the pilot with its rounds of checks, and one whose export has none."""

import datetime as dt
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from analytics.audits.draw import draw
from analytics.audits.frame import FRAMES, Frame, ScoreSource, build_frame
from analytics.audits.register import Draw, open_register
from analytics.ingest import ingest
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.settings import Settings
from analytics.store import open_store
from tests.conftest import ROOT

MAPPING = ROOT / "examples" / "banyuwangi.toml"
PERIOD = "2026-Q2"
VISITED = "2026-08-20"


@pytest.fixture(scope="session")
def unchecked_home(pilot_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the pilot's families, of whom none has been visited."""
    home = tmp_path_factory.mktemp("unchecked")
    shutil.copytree(pilot_home / "keys", home / "keys")
    ingest(write_mapping(home), pilot_home / "exports", settings=Settings(home=home))
    return home


@pytest.fixture
def home(unchecked_home: Path, tmp_path: Path) -> Settings:
    """A home of the test's own."""
    shutil.copytree(unchecked_home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def write_mapping(home: Path) -> Path:
    """Write the pilot's mapping without the table audits."""
    path = home / "unchecked.toml"
    whole = MAPPING.read_text(encoding="utf-8")
    path.write_text(whole[: whole.index('[[table]]\nname = "audits"')], encoding="utf-8")
    return path


def make_draw(settings: Settings, *, visits: int = 120, seed: int = 5) -> Draw:
    """Draw from what is published, half of each frame."""
    with closing(open_store(settings).open()) as warehouse:
        frame = build_frame(warehouse, period=PERIOD)
        manifest = warehouse.manifest
    drawn = draw(frame, dict.fromkeys(FRAMES, visits // 2), seed=seed)
    with closing(open_register(settings)) as register:
        return register.add(
            frame, drawn, dataset=manifest.dataset.name, snapshot=manifest.snapshot, seed=seed, random_share=0.3
        )


def visits_of(settings: Settings, draw_id: str) -> pd.DataFrame:
    with closing(open_register(settings)) as register:
        return register.visits(draw_id)


def tables(settings: Settings) -> dict[str, pl.DataFrame]:
    store = open_store(settings)
    folder = store.folder(store.manifest().snapshot) / "tables"
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def truth(pilot_home: Path, settings: Settings) -> pd.DataFrame:
    """Return who is entitled in truth, by family_id: BPNT, PKH."""
    rows = pl.read_parquet(pilot_home / "truth" / "families.parquet")
    family = pseudonymise(rows["no_kk"], key=pseudonym_key(settings.home), scope="family_id")
    found = rows.select(BPNT="entitled_bpnt", PKH="entitled_pkh").with_columns(family_id=family)
    return found.to_pandas().set_index("family_id")


def write_list(path: Path, rows: pd.DataFrame) -> Path:
    """Write a filled list: code, visited, BPNT, PKH, welfare."""
    titles = ["Kode", "Tanggal kunjungan", "BPNT: berhak?", "PKH: berhak?", "Konsumsi per jiwa per bulan (Rp)"]
    rows.set_axis(titles, axis="columns").to_csv(path, index=False, sep=";")
    return path


def filled(settings: Settings, draw_id: str, **values: str) -> pd.DataFrame:
    """Return every line of a draw with the same answers."""
    line = {"visited": VISITED, "BPNT": "ya", "PKH": "tidak", "welfare": ""} | values
    return visits_of(settings, draw_id)[["code"]].assign(**line)


def population(size: int = 2_000, *, score_source: ScoreSource = "predictions", seed: int = 3) -> Frame:
    """Return a frame of families in five districts whose score says little of them."""
    rng = np.random.default_rng(seed)
    district = rng.choice([f"35.10.0{n}" for n in range(1, 6)], size, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    families = pd.DataFrame(
        {
            "family_id": [f"f{n:05d}" for n in range(size)],
            "district": district,
            "village": [f"{at}.20{n:02d}" for at, n in zip(district, rng.integers(1, 9, size), strict=True)],
            "frame": np.where(rng.random(size) < 0.35, *FRAMES),
            "score": rng.beta(1, 3, size),
            "visited": False,
        }
    )
    return Frame(
        families=families,
        period=PERIOD,
        programmes=("BPNT",),
        paid={"BPNT": int((families["frame"] == "receivers").sum())},
        score_source=score_source,
        day=dt.date(2026, 8, 17),
    )
