"""Made findings over a real snapshot: pairs of its families, identities and drawn photos of the people in them.

python -m tests.findings HOME keeps them in a home whose pages somebody wants to look at.
"""

import datetime as dt
import io
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from analytics.adjudication import open_adjudication
from analytics.linkage.findings import PAIR_COLUMNS, Findings, SearchRun
from analytics.settings import Settings
from analytics.store import Warehouse, open_store
from analytics.vault import Identity, Person, open_vault
from tests.analytics.cases.conftest import Clock

PAIRS = 40
PRIOR, PEOPLE, TEMPLATES = -7.25, 12_000, 11_400
KEPT = (
    ("name", "sound", 3.1),
    ("birth", "equal", 4.3),
    ("sex", "equal", 0.3),
    ("nik", "typing", 3.9),
    ("kind", "kept", -0.3),
)
ALTERED = (
    ("name", "different", -0.9),
    ("birth", "equal", 4.1),
    ("sex", "equal", 0.3),
    ("nik", "different", -0.4),
    ("kind", "altered", -0.3),
)
SIBLING = (("name", "part", 0.6), ("birth", "year", 0.8), ("sex", "equal", 0.3), ("nik", "serial_slip", 0.2))
WEIGHTS = {"village": 2.2, "district": 1.1, "different": -0.6}
"""Levels of the place and what they add."""
NAMES = ("Siti Aminah", "Moh. Rizal Hakim", "Suparni", "Ni Luh Ayu Lestari", "Slamet Riyadi", "Nur <b>Hayati</b>",
         "Yohanes | Bere", "Sri *Wahyuni*")  # fmt: skip
"""Some hold what HTML and Markdown would take for their own."""
FACES = ("#C68642", "#8D5524", "#E0AC69", "#F1C27D")


def pairs_of(warehouse: Warehouse, *, count: int = PAIRS, seed: int = 5) -> pd.DataFrame:
    """Return pairs (`PAIR_COLUMNS`) of applicants of different families, most in a few districts."""
    filed = warehouse.run(warehouse.table("registrations").select("family_id", "channel", "agent_id"))
    people = warehouse.run(warehouse.table("persons").select("person_id", "family_id", "relation"))
    families = warehouse.run(warehouse.table("families").select("family_id", "village"))
    heads = people.sort_values("person_id").drop_duplicates("family_id")
    found = heads.merge(families).merge(filed.drop_duplicates("family_id"))
    found = found.assign(district=found["village"].str.rpartition(".")[0]).fillna({"agent_id": "", "channel": ""})
    rng = np.random.default_rng(seed)
    common = found["district"].value_counts().index[:4]
    rows = []
    pool = found[found["district"].isin(common)].sample(2 * count, random_state=seed, replace=False)
    for number in range(count):
        one, other = pool.iloc[2 * number : 2 * number + 2].sort_values("person_id").to_dict("records")
        fields = (KEPT, ALTERED, SIBLING)[number % 3]
        place = next((level for level in WEIGHTS if level != "different" and one[level] == other[level]), "different")
        evidence = [{"field": field, "level": level, "log10_lr": weight + rng.normal(0, 0.3)}
                    for field, level, weight in (*fields, ("place", place, WEIGHTS[place]))]  # fmt: skip
        record = sum(each["log10_lr"] for each in evidence)
        face = None if number % 9 == 8 else float(rng.normal(3.4, 0.6))
        odds = PRIOR + record + (face or 0.0)
        named = "" if number % 3 < 2 else ("twin", "sibling", "child")[number // 3 % 3]
        probability = 1 / (1 + 10**-odds)
        sides = {f"{name}_{side}": row[name] for row, side in ((one, "a"), (other, "b"))
                 for name in ("village", "district", "channel")}  # fmt: skip
        rows.append(
            sides
            | {
                "a": one["person_id"], "b": other["person_id"], "family_a": one["family_id"],
                "family_b": other["family_id"], "agent_a": one["agent_id"], "agent_b": other["agent_id"],
                "face": face, "record": record, "prior": PRIOR, "probability": probability,
                "band": "probable" if probability > 0.9 and not named else "review", "named": named,
                "cluster": number, "evidence": evidence,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)[list(PAIR_COLUMNS)]


def run_of(warehouse: Warehouse, pairs: pd.DataFrame, **changes: object) -> SearchRun:
    """Return the run that may have found them."""
    given = {
        "dataset": warehouse.manifest.dataset.name, "snapshot": warehouse.manifest.snapshot,
        "at": dt.datetime(2026, 8, 18, 3, 0, tzinfo=dt.UTC), "people": PEOPLE, "templates": TEMPLATES,
        "pairs": PEOPLE * (PEOPLE - 1) // 2, "model": "dlib-resnet-v1", "calibration": "c-2026-08",
        "settings": {"budget": 500, "line": 0.05, "duplicates": 0.009, "seed": 5}, "method": "ivfpq+recheck",
        "recall": 0.986, "target": 0.003, "expected_false": float((1 - pairs["probability"]).sum()),
    }  # fmt: skip
    return SearchRun(**(given | changes))


def identity_of(person: str, village: str, *, kind: str = "") -> Identity:
    """Return a made identity, the same for the same person and kind.

    kind: sound = another spelling of the name and a slip in the NIK; different = another name and NIK, same birth.
    """
    rng = np.random.default_rng(int.from_bytes(person.encode()[-8:], "big"))
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1948, 2004))
    female, serial, name = bool(rng.integers(2)), int(rng.integers(1, 9000)), int(rng.integers(len(NAMES)))
    if kind == "different":
        serial, name = serial + 417, (name + 1) % len(NAMES)
    place = village.replace(".", "")[:6]
    number = f"{place}{day + 40 * female:02}{month:02}{year % 100:02}{serial:04}"
    return Identity(
        name=NAMES[name].replace("i", "ie", 1) if kind == "sound" else NAMES[name],
        nik=f"{number[:-2]}{number[-1]}{number[-2]}" if kind == "sound" else number,
        kk=f"{place}01010{int(rng.integers(10**4)):04}1",
        birth_date=f"{year}-{month:02}-{day:02}", birth_place="Banyuwangi", sex="female" if female else "male",
        address=f"Dusun Krajan RT {int(rng.integers(1, 9)):02} RW {int(rng.integers(1, 5)):02}",
        mother=str(rng.choice(("Painem", "Sumiati", "Rohmah"))),
    )  # fmt: skip


def drawn_face(seed: int) -> bytes:
    """Return a drawn face as JPEG."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (300, 360), "#B8C4CC")
    draw = ImageDraw.Draw(picture)
    wide = int(rng.integers(70, 95))
    draw.rectangle((60, 290, 240, 360), fill="#44525C")
    draw.ellipse((150 - wide, 60, 150 + wide, 300), fill=str(rng.choice(FACES)))
    draw.pieslice((150 - wide - 6, 50, 150 + wide + 6, 220), 180, 360, fill="#1D1A18")
    for x in (115, 185):
        draw.ellipse((x - 10, 165, x + 10, 179), fill="#FFFFFF")
        draw.ellipse((x - 4, 167, x + 4, 178), fill="#20160F")
    draw.arc((118, 215, 182, 255), 20, 160, fill="#6B2A2A", width=5)
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return file.getvalue()


def keep_findings(home: Path, warehouse: Warehouse, *, count: int = PAIRS, identities: bool = True) -> pd.DataFrame:
    """Keep made findings and the people of their pairs in a home; return the pairs."""
    settings = Settings(home=home)
    pairs = pairs_of(warehouse, count=count)
    with closing(open_adjudication(settings)) as opened:
        opened.store(Findings(run=run_of(warehouse, pairs), pairs=pairs))
    if identities:
        people = []
        for number, row in enumerate(pairs.to_dict("records")):
            # Every seventh pair is missing in the vault, every fifth has no photo of the second.
            if number % 7 == 6:
                continue
            kind = "" if row["named"] else row["evidence"][0]["level"]
            first = identity_of(row["a"], row["village_a"])
            second = identity_of(row["a"] if kind else row["b"], row["village_b"], kind=kind)
            photo = None if number % 5 == 4 else drawn_face(number if kind else number + 1000)
            people.append(Person(person_id=row["a"], identity=first, photo=drawn_face(number)))
            people.append(Person(person_id=row["b"], identity=second, photo=photo))
        with closing(open_vault(settings, dataset=warehouse.manifest.dataset.name)) as vault:
            vault.put(people)
    return pairs


def judge_many(home: Path, dataset: str, *, verdicts: int, seed: int = 3) -> None:
    """Have three reviewers judge, mostly alike, about a minute a pair."""
    clock = Clock()
    clock.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=6)
    rng = np.random.default_rng(seed)
    with closing(open_adjudication(Settings(home=home), clock=clock)) as opened:
        for turn in range(verdicts):
            reviewer = f"petugas-{4 + turn % 3}"
            pair = opened.next_pair(reviewer, dataset=dataset)
            if pair is None:
                continue
            clock.forward(seconds=int(rng.integers(30, 75)))
            same = any(each.level in {"typing", "sound"} for each in pair.agreement)
            choice = ("same" if same else "different") if rng.random() < 0.85 else "cannot_tell"
            opened.review(pair.id, reviewer=reviewer, verdict=choice)


if __name__ == "__main__":
    looked_at = Path(sys.argv[1])
    with closing(open_store(Settings(home=looked_at)).open()) as opened_warehouse:
        keep_findings(looked_at, opened_warehouse, count=134)
        judge_many(looked_at, opened_warehouse.manifest.dataset.name, verdicts=150)
