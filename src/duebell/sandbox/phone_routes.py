"""The phones over HTTP: a page for people, JSON for tests and for playing by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from duebell.sandbox.behaviour import OUTCOMES, Behaviour
from duebell.sandbox.handset import handsets
from duebell.sandbox.number import E164Number
from duebell.sandbox.page import Last, Pages
from duebell.sandbox.phone import Counts, Message, Phone

# In a query an unescaped plus sign means a space.
QueriedNumber = Annotated[str, BeforeValidator(lambda number: number.replace(" ", "+", 1))]


class Switch(Behaviour, frozen=True):
    """A behaviour for `number`, or for every number that has none of its own."""

    number: E164Number | None = None


class Label(BaseModel):
    """The name under which a phone shows."""

    number: E164Number
    label: Annotated[str, Field(min_length=1, max_length=60)]


def phone_routes(phone: Phone, pages: Pages) -> APIRouter:
    """Return the routes that show and switch `phone`."""
    router = APIRouter()

    @router.get("/")
    async def page(request: Request) -> Response:
        shown = handsets(phone)
        return pages.answer(
            request,
            "phones.html",
            handsets=shown,
            more=len(phone.numbers()) - len(shown),
            outcomes=OUTCOMES,
            endpoint=str(request.base_url).rstrip("/"),
        )

    @router.get("/messages")
    async def messages(
        number: QueriedNumber | None = None, since: AwareDatetime | None = None, last: Last | None = None
    ) -> Sequence[Message]:
        found = phone.messages(number, since)
        return found[-last:] if last else found

    @router.delete("/messages", status_code=204)
    async def clear() -> None:
        phone.clear()

    @router.get("/counts")
    async def counts() -> Counts:
        return phone.counts()

    @router.post("/behaviour", status_code=204)
    async def switch(switch: Switch) -> None:
        phone.switch(switch, switch.number)

    @router.get("/labels")
    async def labels() -> dict[str, str]:
        return phone.labels

    @router.post("/labels", status_code=204)
    async def label(label: Label) -> None:
        phone.label(label.number, label.label)

    return router
