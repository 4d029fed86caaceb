"""Every answer carries the headers; nothing but reading is answered; the page's own script is named by its hash."""

import base64
import hashlib
import tomllib
from pathlib import Path

import pytest
import streamlit

from dashboard.server import policy
from tests.conftest import ROOT
from tests.dashboard.test_data_docs import get

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


@pytest.mark.parametrize("path", ["/", "/data-docs/x/index.html", "/none", "/_stcore/health"])
def test_every_answer_is_kept_by_no_cache_and_framed_by_no_other_site(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    _, headers, _ = get(path)
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"].startswith("camera=()")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_what_is_no_reading_is_refused_before_it_reaches_streamlit(method):
    status, headers, _ = get("/_stcore/upload_file/a/b", method=method)
    assert status == 405
    assert headers["allow"] == "GET, HEAD, OPTIONS"


def test_the_script_in_streamlits_page_is_the_only_one_that_runs():
    page = INDEX.read_bytes()
    scripts = [part.split(b"</script>")[0] for part in page.split(b"<script>")[1:]]
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0]).digest()).decode()
    directive = next(part.strip() for part in policy(page).split(";") if "script-src" in part)
    assert directive == f"script-src 'self' 'sha256-{digest}'"


def test_no_directive_lets_another_host_or_evaluated_text_in():
    rule = policy()
    assert not [word for word in ("*", "http:", "https:", "unsafe-eval", "ws:") if word in rule]
    assert rule.startswith("default-src 'none'")
    assert rule.count("unsafe-inline") == 1


def test_the_server_is_set_as_the_threat_model_says():
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]
    assert server["enableXsrfProtection"]
    assert server["enableCORS"]
    assert not server["enableStaticServing"]
    assert not server["enableAgentApi"]
    assert server["maxUploadSize"] == 1
