"""Small frames in the shapes that the charts document."""

import re

import pandas as pd
import pytest

from dashboard.words import Words

CODES = ["35.10.01", "35.10.02", "35.10.03", "35.10.04"]
NAMES = ["Pesanggaran", "Bangorejo", "Purwoharjo", "Tegaldlimo"]


@pytest.fixture
def indonesian():
    return Words("id")


@pytest.fixture
def english():
    return Words("en")


@pytest.fixture
def weeks():
    """Twelve weeks with a point outside, a shift downward and two weeks still filling up."""
    return pd.DataFrame(
        {
            "when": pd.date_range("2026-06-01", periods=12, freq="7D"),
            "value": [0.12, 0.13, 0.19, 0.12, 0.11, 0.12, 0.1, 0.12, 0.13, 0.12, 0.07, 0.03],
            "centre": 0.12,
            "lower": 0.08,
            "upper": 0.16,
            "signal": ["", "", "outside", "", "", "", "shift", "", "", "", "", ""],
            "settled": [True] * 10 + [False] * 2,
        }
    )


@pytest.fixture
def channel_days():
    return pd.DataFrame(
        [
            (day, channel, value + place, place < 4)
            for place, day in enumerate(pd.date_range("2026-08-10", periods=6))
            for channel, value in (("Mandiri", 100), ("Pendamping", 50))
        ],
        columns=["when", "series", "value", "settled"],
    )


@pytest.fixture
def flow():
    return pd.DataFrame(
        {"stage": ["Terdaftar", "Diputuskan", "Dibayar"], "count": [2000, 900, 850], "share": [1, 0.45, 0.425]}
    )


@pytest.fixture
def ages():
    return pd.DataFrame(
        {"name": ["0–7 hari", "8–14 hari", "15–30 hari"], "value": [1234, 820, 410], "share": [0.5, 0.33, 0.17]}
    )


@pytest.fixture
def districts():
    """Four districts: one clearly above 18 %, one clearly below, one like it, one with too few checks."""
    return pd.DataFrame(
        {
            "code": CODES,
            "name": NAMES,
            "value": [0.33, 0.08, 0.19, None],
            "low": [0.27, 0.05, 0.14, None],
            "high": [0.39, 0.12, 0.24, None],
            "denominator": [240, 350, 200, 9],
        }
    )


@pytest.fixture
def limits():
    return pd.DataFrame(
        {
            "denominator": [10, 100, 200, 400],
            "low95": [0.0, 0.1, 0.12, 0.14],
            "high95": [0.42, 0.26, 0.24, 0.22],
            "low998": [0.0, 0.06, 0.09, 0.11],
            "high998": [0.55, 0.3, 0.27, 0.25],
        }
    )


@pytest.fixture
def deciles():
    value = [0.62, 0.55, 0.47, 0.36, 0.28, 0.2, 0.14, 0.1, 0.06, 0.03]
    return pd.DataFrame(
        {"decile": range(1, 11), "value": value, "low": [v - 0.02 for v in value], "high": [v + 0.03 for v in value]}
    )


@pytest.fixture
def curve():
    return pd.DataFrame({"people": [0, 0.2, 0.4, 0.6, 0.8, 1], "benefits": [0, 0.4, 0.658, 0.84, 0.95, 1]})


@pytest.fixture
def programmes():
    return pd.DataFrame(
        {
            "name": ["PKH", "Sembako"],
            "value": [0.124, 0.231],
            "low": [0.101, 0.2],
            "high": [0.149, 0.264],
            "declared": [0.05, None],
            "floor": [0.02, 0.1],
        }
    )


@pytest.fixture
def grouped():
    """Two ways to tell families apart: a clear gap, and a group with too few checks."""
    return pd.DataFrame(
        {
            "heading": ["Umur kepala", "Umur kepala", "Jalur", "Jalur", "Jalur"],
            "name": ["60+", "di bawah 60", "pendamping", "mandiri", "tidak mendaftar"],
            "value": [0.36, 0.23, 0.25, 0.31, None],
            "low": [0.28, 0.19, 0.21, 0.22, None],
            "high": [0.45, 0.28, 0.3, 0.4, None],
            "gap": [0.13, -0.13, -0.07, 0.05, None],
            "gap_low": [0.04, -0.23, -0.17, -0.04, None],
            "gap_high": [0.23, -0.04, 0.02, 0.15, None],
            "basis": ["n = 184 cek", "n = 504 cek", "n = 547 cek", "n = 139 cek", "n kecil: 2 dari minimum 30"],
        }
    )


@pytest.fixture
def curves():
    """Half-widths of three series; the first point of the last would not be shown."""
    return pd.DataFrame(
        {
            "visits": [250, 1000, 2000] * 3,
            "series": ["cek saja"] * 3 + ["dibantu model"] * 3 + ["satu kecamatan"] * 3,
            "value": [0.08, 0.04, 0.028, 0.07, 0.034, 0.024, None, 0.2, 0.14],
        }
    )


@pytest.fixture
def two_lists():
    """A clear rise, a clear fall, a change that may be none, and a row with too few checks."""
    return pd.DataFrame(
        {
            "name": ["naik", "turun", "sama", "sedikit"],
            "before": [0.67, 0.16, 0.3, 0.5],
            "before_low": [0.62, 0.11, 0.25, 0.3],
            "before_high": [0.71, 0.22, 0.35, 0.7],
            "after": [0.71, 0.11, 0.31, None],
            "after_low": [0.67, 0.07, 0.26, None],
            "after_high": [0.75, 0.16, 0.36, None],
            "change": [0.04, -0.05, 0.01, None],
            "change_low": [0.03, -0.09, -0.02, None],
            "change_high": [0.06, -0.02, 0.04, None],
            "n": [1200, 410, 300, 12],
        }
    )


@pytest.fixture
def scored():
    """Families in three groups by their score."""
    return pd.DataFrame({"predicted": [0.1, 0.4, 0.8], "observed": [0.12, 0.35, 0.77], "n": [90.0, 85.0, 91.0]})


@pytest.fixture
def boundaries():
    """Four squares side by side."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kode": code},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[114 + i, -8], [115 + i, -8], [115 + i, -7], [114 + i, -7], [114 + i, -8]]],
                },
            }
            for i, code in enumerate(CODES)
        ],
    }


@pytest.fixture
def annotations():
    """All words written on a figure, without tags."""

    def read(chart):
        return [re.sub(r"<[^>]*>", " ", note.text) for note in chart.figure.layout.annotations]

    return read


@pytest.fixture
def trace():
    """One trace of a figure by its name."""

    def pick(chart, name):
        return next(part for part in chart.figure.data if part.name == name)

    return pick


@pytest.fixture
def budgets():
    """Precision falls and the share found rises with visits."""
    return pd.DataFrame(
        {
            "visits": [100, 200, 400],
            "precision": [0.9, 0.8, 0.6],
            "low": [0.8, 0.72, 0.53],
            "high": [0.97, 0.86, 0.66],
            "found": [0.15, 0.27, 0.4],
        }
    )


@pytest.fixture
def waits():
    """Half have ended on the second day; the last day stands on a case without an interval."""
    return pd.DataFrame(
        {
            "day": [0, 1, 2, 3],
            "ended": [0.0, 0.2, 0.5, 1.0],
            "low": [0.0, 0.1, 0.4, float("nan")],
            "high": [0.0, 0.3, 0.6, float("nan")],
            "at_risk": [90, 90, 60, 30],
        }
    )


@pytest.fixture
def backlog():
    """Three weeks that were, and two ahead with intervals."""
    ahead = pd.DataFrame({"ahead": [70.0, 66.0], "low80": [60.0, 50.0], "high80": [80.0, 82.0]})
    ahead = ahead.assign(low95=[50.0, 30.0], high95=[90.0, 102.0])
    was = pd.DataFrame({"value": [40.0, 90.0, 75.0]})
    return pd.concat([was, ahead], ignore_index=True).assign(when=pd.date_range("2026-08-02", periods=5, freq="7D"))
