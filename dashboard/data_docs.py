"""The Data Docs of the visible snapshot, served as the ingest wrote them: pages by Great Expectations' renderers."""

from pathlib import Path
from typing import Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from analytics.access.provider import needs_sign_in
from analytics.settings import settings
from analytics.store import Manifest, NothingPublishedError, open_store

FIRST: Final = "index"
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The pages bring their own style and need nothing else; a script in them would not run."""


def pages(manifest: Manifest) -> dict[str, Path]:
    """Return the pages of a snapshot by name: `index` and one a table; empty where none were written."""
    folder = open_store(settings()).folder(manifest.snapshot) / "docs"
    return {path.stem: path for path in folder.glob("*.html") if path.is_file()}


def address(manifest: Manifest) -> str:
    """Return where the first page is served; empty when the snapshot has none."""
    shown = FIRST in pages(manifest) and not is_closed(manifest)
    return f"{prefix()}{manifest.dataset.name}/{FIRST}.html" if shown else ""


def is_closed(manifest: Manifest) -> bool:
    """Return whether the pages are kept back: they know no sign-in, and count the whole data set."""
    return needs_sign_in(manifest, settings())


def route() -> Route:
    """Return the route of the pages; Streamlit itself does not put its base path before it."""
    return Route(f"{prefix()}{{dataset}}/{{page}}", _serve, methods=["GET"], name="data_docs")


def prefix() -> str:
    """Return what the address of every page begins with."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/data-docs/" if base else "/data-docs/"


def _serve(request: Request) -> Response:
    """Answer with a page of the data set that readers see, and with nothing of any other."""
    try:
        manifest = open_store(settings()).manifest(settings().dataset)
    except NothingPublishedError:
        return PlainTextResponse("Not Found", status_code=404)
    # A name is looked up among the files that are there and never made into a path.
    path = pages(manifest).get(request.path_params["page"].removesuffix(".html"))
    if is_closed(manifest) or path is None or request.path_params["dataset"] != manifest.dataset.name:
        return PlainTextResponse("Not Found", status_code=404)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(path.read_text(encoding="utf-8"), headers=headers)
