"""What a PortaBilling tells the inlet, and what it was told to be kept."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import AsyncExitStack
from http import HTTPStatus

from proof.inlet.sender import Sender, request


class Told:
    """A PortaBilling's events: it sends again whatever wasn't answered 200, and sometimes what was."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.acknowledged: set[int] = set()
        self.repeated = 0
        self._next = 0

    @property
    def pending(self) -> list[int]:
        """What was sent and never answered 200."""
        return [number for number in range(self._next) if number not in self.acknowledged]

    async def tell(self, port: int, new: int) -> None:
        """Send what is pending, so many new ones, and a few again, until all is sent or nobody answers any more."""
        again = self.chance.sample(sorted(self.acknowledged), min(5, len(self.acknowledged)))
        repeated = [*again, *self.pending]
        waiting = iter([*repeated, *range(self._next, self._next + new)])
        self.repeated += len(repeated)
        self._next += new

        async def send(sender: Sender) -> None:
            for number in waiting:
                if await sender.send(request(event(number))) != HTTPStatus.OK:
                    return
                self.acknowledged.add(number)

        async with AsyncExitStack() as stack:
            senders = [await stack.enter_async_context(Sender(port)) for _ in range(4)]
            await asyncio.gather(*map(send, senders))


def event(number: int) -> bytes:
    """The body of the event of this number."""
    return json.dumps(
        {"event_type": "Customer/Updated", "variables": {"i_event": number, "i_customer": number % 20}}
    ).encode()
