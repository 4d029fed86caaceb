"""The route of the Data Docs: the pages of the visible snapshot, and nothing else."""

import asyncio
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette

from analytics.settings import Settings
from analytics.store import open_store
from dashboard import data_docs
from dashboard.server import PageLanguage
from tests.dashboard.test_pages import open_page, sound

DATASET = "banyuwangi-simulasi"
PAGE = '<!DOCTYPE html>\n<html lang="en"><body>Data Docs</body></html>'


def get(path: str, *, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Return status, headers and body as the server answers behind its layer of languages and headers."""
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [(b"accept", b"text/html")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    asyncio.run(PageLanguage(Starlette(routes=[data_docs.route()]))(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.fixture
def home(pilot_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pilot with an index, a page of a table, and a secret beside them."""
    shutil.copytree(pilot_home / "warehouse", tmp_path / "warehouse")
    store = open_store(Settings(home=tmp_path))
    docs = store.folder(store.manifest().snapshot) / "docs"
    docs.mkdir()
    for name in ("index", "families"):
        (docs / f"{name}.html").write_text(PAGE, encoding="utf-8")
    (docs / "notes.txt").write_text("secret", encoding="utf-8")
    (docs.parent / "outside.html").write_text("secret", encoding="utf-8")
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("page", ["index.html", "families.html", "index"])
def test_a_page_is_served_in_its_own_language_with_a_policy_that_lets_nothing_run(page, home):
    status, headers, body = get(f"/data-docs/{DATASET}/{page}")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert headers["x-content-type-options"] == "nosniff"
    assert body == PAGE


@pytest.mark.parametrize(
    "path",
    [
        f"/data-docs/{DATASET}/nothing.html",
        f"/data-docs/{DATASET}/notes.txt",
        f"/data-docs/{DATASET}/../outside.html",
        f"/data-docs/{DATASET}/..%2Foutside.html",
        f"/data-docs/{DATASET}/../../../../keys/pseudonym.key",
        f"/data-docs/{DATASET}/",
        "/data-docs/another/index.html",
        "/data-docs/../index.html",
    ],
)
def test_anything_else_is_not_found(path, home):
    status, _, body = get(path)
    assert status == 404
    assert "secret" not in body


def test_pages_are_read_and_never_written(home):
    assert get(f"/data-docs/{DATASET}/index.html", method="POST")[0] == 405


def test_an_empty_warehouse_has_none(tmp_path, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    assert get(f"/data-docs/{DATASET}/index.html")[0] == 404


def test_the_page_links_to_them_only_where_they_are(home, pilot_home, monkeypatch):
    at = open_page(home, "mutu_data", monkeypatch)
    sound(at)
    (link,) = at.get("link_button")
    assert link.proto.url == f"/data-docs/{DATASET}/index.html"
    from analytics.settings import settings

    settings.cache_clear()
    assert not open_page(pilot_home, "mutu_data", monkeypatch).get("link_button")


def test_a_base_path_stands_before_the_address(home, monkeypatch):
    monkeypatch.setattr(data_docs.st, "get_option", lambda _name: "tepat/")
    assert data_docs.address(open_store(Settings(home=home)).manifest()) == f"/tepat/data-docs/{DATASET}/index.html"
    assert get(f"/tepat/data-docs/{DATASET}/index.html")[0] == 200
