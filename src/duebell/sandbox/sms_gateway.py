"""The protocol of Odoo's standard SMS sender, at `{sms.endpoint}/api/sms/3/send`: JSON-RPC 2.0 over HTTP.

Asked: `{"params": {"messages": [{"content": …, "numbers": [{"uuid": …, "number": …}]}], "webhook_url": …}}`.
Answered: `{"result": [{"uuid": …, "state": …, "credit": …}]}`, one for each number in the order asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from duebell.sandbox.delivery_reports import DeliveryReports
from duebell.sandbox.phone import Message, Phone, Submission

# Odoo sends the empty field of a record as false.
OdooText = Annotated[str, BeforeValidator(lambda value: "" if value is False else value)]
# Another form would make Odoo refuse the delivery reports of the whole batch.
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Recipient(BaseModel):
    """One number to send a content to, under the uuid that names this message from now on."""

    uuid: Uuid
    number: OdooText


class Content(BaseModel):
    """One text and everybody to whom it goes."""

    content: OdooText
    numbers: list[Recipient]


class Batch(BaseModel):
    """What Odoo's sender asks for in one call; without `webhook_url` it wants no delivery reports."""

    messages: list[Content]
    webhook_url: OdooText = ""

    def submissions(self) -> Iterator[Submission]:
        """Yield each text to each number, in the order asked."""
        for message in self.messages:
            for recipient in message.numbers:
                yield Submission(recipient.uuid, recipient.number, message.content)


class SendCall(BaseModel):
    """The JSON-RPC call around a batch."""

    jsonrpc: Literal["2.0"]
    id: int | str | None = None
    params: Batch


def sms_gateway(phone: Phone, reports: DeliveryReports) -> APIRouter:
    """Return the route that Odoo sends through; texts arrive on `phone`, delivery reports leave through `reports`."""
    router = APIRouter()

    @router.post("/api/sms/3/send")
    async def send(request: Request) -> JSONResponse:
        phone.count_post()
        try:
            call = SendCall.model_validate_json(await request.body())
        except ValidationError as error:
            return _refusal(error)
        submissions = list(call.params.submissions())
        if any(phone.behaviour(submission.number).outcome == "unavailable" for submission in submissions):
            return JSONResponse({"detail": "The network is switched to unavailable."}, status_code=503)
        messages = phone.receive(submissions)
        if call.params.webhook_url:
            for message in messages:
                reports.owe(call.params.webhook_url, message)
        await asyncio.sleep(_silence(phone, messages))
        result = [_answer(message) for message in messages]
        return JSONResponse({"jsonrpc": "2.0", "id": call.id, "result": result})

    return router


def _silence(phone: Phone, messages: Sequence[Message]) -> float:
    """Return the seconds before the answer: the longest that a number of the batch is switched to."""
    behaviours = [phone.behaviour(message.number) for message in messages]
    return max((behaviour.silence for behaviour in behaviours if behaviour.outcome == "time_out"), default=0.0)


def _answer(message: Message) -> dict[str, str | int]:
    credit = message.parts if message.answer == "success" else 0
    return {"uuid": message.uuid, "state": message.answer, "credit": credit}


def _refusal(error: ValidationError) -> JSONResponse:
    """Refuse an ill-formed call, naming the first thing wrong, in the shape in which Odoo's sender finds an error."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "body"
    message = f"The phone can't take this call: {place}: {first['msg']}."
    data = {"name": "odoo.exceptions.UserError", "message": message}
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": 200, "message": message, "data": data}})
