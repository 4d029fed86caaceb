"""A failing panel is a sentence with a reference id; the log names kind and place, never the data."""

import json

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from dashboard.faults import guarded
    from dashboard.words import Words
    from validation.errors import ExportError

    words = Words("id")
    with guarded(words):
        raise ValueError("3510011708459001")
    with guarded(words):
        raise ExportError("Berkas hilang.", next_step="Kirim ulang.")
    st.markdown("sisa halaman")


def test_the_rest_of_the_page_stands(capfd):
    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.markdown[-1].value == "sisa halaman"
    reference = at.error[0].value.split("rujukan ")[1].split()[0]
    assert "Berkas hilang. Kirim ulang." in at.warning[0].value
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert [line["kind"] for line in lines] == ["ValueError", "ExportError"]
    assert lines[0]["reference"] == reference
    assert "3510011708459001" not in json.dumps(lines)
