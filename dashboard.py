"""What `streamlit run` starts: the page frame, a health check, security headers, a warm start and a watched folder.

The frame lies in another folder than `pages/`, so that Streamlit never runs a page without it.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAME = Path(__file__).resolve().parent / "cxdata" / "ui" / "frame.py"
SCRIPT = FRAME.with_name("aim.js")

log = logging.getLogger("cxdata.dashboard")


def content_security_policy() -> str:
    """Everything from this server; of inline scripts only those in Streamlit's own start page and our own one."""
    start_page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = [*re.findall(r"<script>(.*?)</script>", start_page, re.DOTALL), SCRIPT.read_text(encoding="utf-8")]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *(f"'sha256-{value}'" for value in hashes)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


class SecurityHeaders:
    """ASGI middleware: the same security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def healthz(_request: Request) -> JSONResponse:
    """200 when the database answers, else 503; what went wrong stands in the log only."""
    from cxdata.ui.warm import check

    try:
        check()
    except Exception as error:
        log.warning("Health check failed: %s", error)
        reason = "The database does not open. The server's log says why."
        return JSONResponse({"status": "error", "reason": reason}, status_code=503)
    return JSONResponse({"status": "ok"})


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Before the first visitor: import, open, draw once; then keep what stays out of garbage collection."""
    from cxdata.ui.warm import warm, watched  # here, when Streamlit's caches exist

    try:
        await anyio.to_thread.run_sync(warm)
    except Exception:
        log.exception("The warm start failed. The first visitor waits a little longer.")
    gc.collect()
    gc.freeze()
    with watched(os.environ.get("CX_WATCH")):
        yield


app = st.App(
    FRAME,
    routes=[Route("/healthz", healthz)],
    middleware=[Middleware(SecurityHeaders)],
    lifespan=lifespan,
)
