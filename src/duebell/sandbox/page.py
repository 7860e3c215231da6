"""Pages for people: rendered here, refreshed in place by a small poll that costs nothing while nothing changes."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from duebell.sandbox.mailbox import Mailbox
from duebell.sandbox.phone import Phone

Last = Annotated[int, Query(ge=1)]
"""So many, the newest, where all are too many; they stay in their order."""
PAGES = Path(__file__).parent / "pages"

# A mail's HTML inherits this policy: it runs no script and loads nothing but pictures of this machine.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Pages:
    """Renders the templates for a state of the sandbox, which every page shows a part of."""

    def __init__(self, phone: Phone, mailbox: Mailbox, *, sender: str, smtp: str) -> None:
        """Show `phone`, whose texts come from `sender`, and `mailbox`, which takes mail at `smtp`, a host and port."""
        self._phone = phone
        self._mailbox = mailbox
        self._born = token_hex(4)
        self._templates = Environment(
            loader=FileSystemLoader(PAGES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"sender": sender, "smtp": smtp}

    def answer(self, request: Request, template: str, **shown: object) -> Response:
        """Answer with the page, or 304 while nothing has changed since the browser's last look."""
        etag = f'"{self._born}-{self._phone.revision}-{self._mailbox.revision}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Security-Policy": CONTENT_SECURITY_POLICY}
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers=headers)
        page = self._templates.get_template(template)
        html = page.render(counts=self._phone.counts(), mail_count=self._mailbox.count(), etag=etag, **shown)
        return HTMLResponse(html, headers=headers)
