"""A pilot in which every part of the product holds something of every district, and what no reader of one may be told.

Everything but the walk itself is found by pandas and by reading the files, never by the code that cuts to an area.
"""

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pypdf
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.access import RIGHTS, Scope
from analytics.adjudication.tables import PAIRS
from analytics.audits.draw import draw
from analytics.audits.frame import build_frame
from analytics.audits.register import open_register
from analytics.cases import open_cases
from analytics.cases.tables import CASES
from analytics.ingest import ingest
from analytics.register import open_database
from analytics.risk.saved import current, save
from analytics.risk.scoring import score_all
from analytics.settings import Settings, settings
from analytics.store import Warehouse, open_store
from tests.conftest import ROOT
from tests.dashboard.test_quality_page import MAPPING, damaged
from tests.dashboard.test_suspicion_page import fitted
from tests.findings import keep_findings
from validation.errors import GateError

OWN, OTHER = "35.10.16", "35.10.14"
"""The reader's district, and the one that they try to look into; both have hundreds of families."""
CODE = re.compile(r"35\.10\.\d\d(?!\d)(?:\.\d{4})?")
TOKEN = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
LETTERS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


def district_of(code: str) -> str:
    return ".".join(str(code).split(".")[:3])


@dataclass(frozen=True)
class Pilot:
    """The home and, by pandas, whose everything in it is."""

    home: Path
    tables: dict[str, pd.DataFrame]
    """Tables of the snapshot, whole, each with the column `at`: its district."""
    cases: pd.DataFrame
    pairs: pd.DataFrame

    def ids(self, area: str, *, inside: bool) -> set[str]:
        """Return pseudonyms and ids of what lies in an area, or of what lies nowhere in it."""
        found: dict[bool, set[str]] = {True: set(), False: set()}
        for name, column in (
            ("families", "family_id"), ("persons", "person_id"), ("registrations", "registration_id"),
            ("objections", "objection_id"), ("agents", "agent_id"),
        ):  # fmt: skip
            rows = self.tables[name]
            for lies in (True, False):
                found[lies] |= set(rows.loc[(rows["at"] == area) == lies, column])
        for rows in (self.cases, self.pairs):
            for lies in (True, False):
                found[lies] |= set(rows.loc[(rows["at"] == area) == lies, "id"])
        return found[True] - found[False] if inside else found[False] - found[True]

    def names(self, area: str, *, inside: bool) -> set[str]:
        """Return names of regions that only what lies in an area bears, or only what lies outside it."""
        regions = self.tables["regions"]
        low = regions[regions["level"].isin(["district", "village"])]
        lies = low["code"].map(district_of) == area
        own, others = set(low.loc[lies, "name"]), set(low.loc[~lies, "name"])
        above = set(regions.loc[~regions["level"].isin(["district", "village"]), "name"]) | {"Banyuwangi"}
        return (own - others if inside else others - own) - above

    def told(self, said: str, area: str, *, inside: bool = False) -> set[str]:
        """Return which marks of what lies outside an area (or in it) a text holds."""
        codes = {code for code in CODE.findall(said) if (district_of(code) == area) == inside}
        tokens = set(TOKEN.findall(said)) & self.ids(area, inside=inside)
        # A name is one where it stands by itself: "Kec. Muncar", not within a longer name.
        names = {
            name for name in self.names(area, inside=inside) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)
        }
        longer = self.names(area, inside=not inside)
        hidden = {name for name in names if any(name in other and other in said for other in longer)}
        return codes | tokens | (names - hidden)


@pytest.fixture(scope="session")
def scope_home(pilot_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with rows in quarantine, a refused export, scores, cases, pairs and drawn visits of every district."""
    home = tmp_path_factory.mktemp("scope")
    shutil.copytree(pilot_home / "keys", home / "keys")
    own = Settings(home=home)
    ingest(MAPPING, damaged(pilot_home / "exports", home / "export", every=60), settings=own)
    with pytest.raises(GateError):
        ingest(MAPPING, damaged(pilot_home / "exports", home / "refused", every=4), settings=own)
    store = open_store(own)
    with closing(store.open()) as warehouse:
        facts = {"dataset": warehouse.manifest.dataset.name, "snapshot": warehouse.manifest.snapshot}
        save(home, {"BPNT": fitted(warehouse, "BPNT")}, **facts, seed=1, poorest=None)
        score_all(store, warehouse, own, current(home, facts["dataset"]))
        keep_findings(home, warehouse, count=60)
        _open_cases(own, warehouse)
        frame = build_frame(warehouse)
        with closing(open_register(own)) as register:
            drawn = draw(frame, {"receivers": 150, "non_receivers": 150}, seed=4, random_share=0.3)
            register.add(frame, drawn, **facts, seed=4, random_share=0.3)
    return home


@pytest.fixture(scope="session")
def scoped_pilot(scope_home: Path) -> Pilot:
    own = Settings(home=scope_home)
    folder = open_store(own).folder(open_store(own).manifest().snapshot) / "tables"
    tables = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    home_of = tables["families"].set_index("family_id")["village"].map(district_of)
    for rows in tables.values():
        if "village" in rows:
            rows["at"] = rows["village"].map(district_of)
        elif "family_id" in rows:
            rows["at"] = rows["family_id"].map(home_of)
    with closing(open_database(own)) as database:
        cases = database.frame(CASES.select())
        pairs = database.frame(PAIRS.select())
    across = pairs["district_a"] != pairs["district_b"]
    return Pilot(
        home=scope_home, tables=tables, cases=cases.assign(at=cases["district"]),
        pairs=pairs.assign(at=pairs["district_a"].mask(across, "across a border")),
    )  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What a page sent: its elements, and what makes each of its files, by the file's name."""

    at: AppTest
    files: dict[str, Callable[[], bytes]]

    @property
    def sent(self) -> str:
        """All that went to the browser, but for the role switch's own list of areas."""
        kept = (element for element in self.at._tree if getattr(element, "key", None) != "role_area.id")
        return "\n".join(str(getattr(element, "proto", "")) for element in kept)

    def read(self, *endings: str) -> str:
        """Return all that stands in the files with these endings."""
        return "\n".join(text_of(name, make()) for name, make in self.files.items() if name.endswith(endings))


def text_of(name: str, content: bytes) -> str:
    """Return every text in a file: of workbooks their whole XML, of papers also what only a reader aloud says."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "\n".join(book.read(each).decode() for each in book.namelist())
    if name.endswith(".pdf"):
        paper = pypdf.PdfReader(io.BytesIO(content))
        seen = [page.extract_text() for page in paper.pages]
        return "\n".join([*seen, str(paper.metadata), *_texts(paper)])
    return content.decode("utf-8-sig")


@pytest.fixture
def look(scope_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Looked]:
    """Open a page in a role and area, by one run, under what a link says."""
    monkeypatch.setenv("TEPAT_HOME", str(scope_home))
    settings.cache_clear()
    files: dict[str, Callable[[], bytes]] = {}
    drawn = st.download_button

    def spied(*args: object, **given: object) -> bool:
        files[f"{given['key']} {given['file_name']}"] = given["data"]
        return drawn(*args, **given)

    monkeypatch.setattr(st, "download_button", spied)

    def opened(role: str, page: str, *, duty: str = OWN, **query: str) -> Looked:
        files.clear()
        at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        for key, value in ({"role": role, "role_area": duty} | query).items():
            at.query_params[key] = value
        if role not in RIGHTS or page != Scope(role, duty).pages[0]:
            at.switch_page(str(ROOT / "pages" / f"{page}.py"))
        at.run()
        return Looked(at, dict(files))

    return opened


def _texts(paper: pypdf.PdfReader) -> list[str]:
    found = []
    for number in range(1, len(paper.xref_objStm) + sum(len(each) for each in paper.xref.values()) + 1):
        entry = paper.get_object(pypdf.generic.IndirectObject(number, 0, paper))
        if isinstance(entry, pypdf.generic.DictionaryObject):
            found += [
                str(value) for name, value in entry.items() if name in {"/Alt", "/ActualText", "/Title", "/Contents"}
            ]
    return found


def _open_cases(own: Settings, warehouse: Warehouse) -> None:
    verdicts = warehouse.run(warehouse.table("verdicts", room="derived"))
    paid = warehouse.run(warehouse.table("payments").select("family_id", "programme").distinct())
    rows = verdicts[verdicts["refused_by"] != ""].merge(paid)
    flags = pd.DataFrame(
        {
            "family_id": rows["family_id"], "programme": rows["programme"], "side": "receives", "kind": "rule",
            "ref": rows["refused_by"].str.partition(";")[0], "village": rows["village"],
            "district": rows["village"].map(district_of), "evidence": [{} for _ in range(len(rows))],
            "probability": None,
        }
    )  # fmt: skip
    given = {"dataset": warehouse.manifest.dataset.name, "snapshot": warehouse.manifest.snapshot}
    with closing(open_cases(own)) as cases:
        cases.open(flags, **given, officer="koordinator", reason="Kasus triwulan ini")
