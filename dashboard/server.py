"""The server: Streamlit's app behind a layer that says the page's language and sends safe headers.

Start it with `tepat serve`, or `streamlit run dashboard/server.py`.
"""

import base64
import gc
import hashlib
import re
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.settings import settings
from dashboard import data_docs
from dashboard.faults import on_script_error

PAGE = Path(__file__).with_name("app.py")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}
_READS = {"GET", "HEAD", "OPTIONS"}
"""What the server answers: no page takes a file or a form by HTTP, all of it goes through the page's own channel."""
_UNCHANGING = "/static/"
"""Files of Streamlit whose names hold a hash of their content: these alone may be kept."""
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def policy(page: bytes = b"") -> str:
    """Return the Content-Security-Policy: nothing of another host, no script but Streamlit's files and those of `page`.

    Streamlit and Plotly write style attributes, and draw charts and save files by blob and data addresses.
    """
    digests = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; media-src 'self' blob:; "
        "manifest-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    )


class PageLanguage:
    """Rewrites `<html lang="en">`, which Streamlit fixes, to the language that the dashboard opens in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its page's language rewritten on the way back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] not in _READS:
            refusal = PlainTextResponse(
                "Method Not Allowed", status_code=405, headers={"Allow": ", ".join(sorted(_READS))}
            )
            await refusal(scope, receive, _Rewriter(send, path=scope["path"], rewritten=False).send)
            return
        if "text/html" in Headers(scope=scope).get("accept", ""):
            # The page must arrive uncompressed to be rewritten.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        # The Data Docs say themselves which language they are in.
        rewritten = not scope["path"].startswith(data_docs.prefix())
        await self.app(scope, receive, _Rewriter(send, path=scope["path"], rewritten=rewritten).send)


class _Rewriter:
    def __init__(self, send: Send, *, path: str, rewritten: bool) -> None:
        self._send = send
        self._path = path
        self._rewritten = rewritten
        self._start: MutableMapping[str, Any] | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", policy())
            if _UNCHANGING not in self._path:
                headers["Cache-Control"] = "no-store"
            if self._rewritten and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            await self._send(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                body = self._body.replace(b'<html lang="en">', f'<html lang="{settings().language}">'.encode())
                headers = MutableHeaders(scope=self._start)
                headers["content-length"] = str(len(body))
                headers["Content-Security-Policy"] = policy(body)
                await self._send(self._start)
                await self._send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    # Streamlit collects garbage after every rerun; what is frozen here is not walked again (37 ms instead of 102 ms).
    gc.collect()
    gc.freeze()
    yield


app = st.App(
    PAGE,
    routes=[data_docs.route()],
    middleware=[Middleware(PageLanguage)],
    lifespan=_lifespan,
    on_script_error=on_script_error,
)
