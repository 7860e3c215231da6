"""The mailbox over HTTP: a page for people, JSON for tests and for playing by hand."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import AwareDatetime, BaseModel

from duebell.sandbox.mailbox import Mail, Mailbox
from duebell.sandbox.page import Last, Pages

MAILS_SHOWN = 200

View = Literal["html", "text", "headers"]
VIEWS: dict[View, str] = {"html": "HTML", "text": "Plain text", "headers": "Headers"}

# A link in a mail opens a window of its own: the frame it stands in may go nowhere.
LINKS_OPEN_WINDOWS = '<base target="_blank">'


class Refusal(BaseModel):
    """Whether mail to `address` is refused with 550 from now on."""

    address: str
    refused: bool = True


def mail_routes(mailbox: Mailbox, pages: Pages) -> APIRouter:
    """Return the routes that show and switch `mailbox`."""
    router = APIRouter(prefix="/mail")

    @router.get("")
    async def page(request: Request, mail: int | None = None, view: View | None = None) -> Response:
        mails = mailbox.mails()[: -MAILS_SHOWN - 1 : -1]
        opened = mailbox.mail(mail) if mail is not None else next(iter(mails), None)
        if mail is not None and opened is None:
            raise HTTPException(404, f"There is no mail {mail}: it was cleared, or never came.")
        return pages.answer(
            request,
            "mail.html",
            mails=mails,
            older=mailbox.count() - len(mails),
            opened=opened,
            chosen=mail is not None,
            html_document=LINKS_OPEN_WINDOWS + opened.html if opened else "",
            view=view or ("html" if opened and opened.html else "text"),
            views=VIEWS,
        )

    @router.get("/messages")
    async def messages(to: str | None = None, since: AwareDatetime | None = None, last: Last | None = None) -> list[Mail]:
        found = mailbox.mails(to, since)
        return found[-last:] if last else found

    @router.delete("/messages", status_code=204)
    async def clear() -> None:
        mailbox.clear()

    @router.post("/refusals", status_code=204)
    async def refuse(refusal: Refusal) -> None:
        mailbox.refuse(refusal.address, refused=refusal.refused)

    return router
