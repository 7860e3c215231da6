"""What tests of raw events are made of: bodies as PortaBilling sends them, and what a Duebell needs to take them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from functools import partial

from builders import NOON
from duebell.instance import Instance
from duebell.portabilling.group import PORTABILLING
from duebell.portabilling.raw import UnreadableBody, read_raw
from duebell.sources.sources import Body
from duebell.storage.raw_taking import Arrival

VALUES = {
    "API_URL": "https://portabilling.example.com",
    "API_Login": "duebell",
    "API_Password": "an API password",
    "Event_Password": "an inlet password",
}
"""Enough for the group `PortaBilling`."""
AUTHORIZATION = "Basic " + base64.b64encode(b"portabilling:an inlet password").decode()


def a_body(i_event: int | str | None = 1, type_: str = "Customer/Updated", **variables: object) -> bytes:
    numbered = {} if i_event is None else {"i_event": i_event}
    return json.dumps({"event_type": type_, "variables": {**numbered, **variables}}).encode()


def brought(content: bytes, size: int | None = None) -> Body:
    return Body(content=content, size=size or len(content), digest=hashlib.sha256(content).hexdigest())


async def configure(instance: Instance, environment: str = "Global", **values: str) -> None:
    """Put what a PortaBilling needs in force, as a Verify that passed does."""
    await instance.configuration(lambda server: server.type(environment, PORTABILLING.name, {**VALUES, **values}))
    typed = await instance.configured(lambda server: server.draft(environment, PORTABILLING.name))
    await instance.apply(environment, PORTABILLING.name, typed)


def an_arrival(content: bytes, *, environment: str = "Global", at: datetime = NOON) -> Arrival:
    """As it is handed to storage: a raw event if it can be read."""
    arrived = partial(
        Arrival,
        environment=environment,
        body=content,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        received_at=at,
    )
    try:
        return arrived(raw=read_raw(content, environment=environment, received_at=at))
    except UnreadableBody as error:
        return arrived(because=str(error))
