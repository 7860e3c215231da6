"""What the mobile network does with the next texts: for one number, or for all that have nothing of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

OutcomeName = Literal[
    "deliver",
    "sent_twice",
    "not_delivered",
    "wrong_number_format",
    "insufficient_credit",
    "server_error",
    "time_out",
    "unavailable",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one message.

    `title` is for people. `answer` is what the sender hears at once and `reports` what it hears later, both in the
    words of Odoo's SMS gateway. `arrives` is how many times the text shows on the phone.
    """

    title: str
    answer: str
    state: str
    reports: tuple[str, ...] = ()
    arrives: int = 0


OUTCOMES: dict[OutcomeName, Outcome] = {
    "deliver": Outcome("Delivers", "success", "delivered", ("delivered",), arrives=1),
    "sent_twice": Outcome("Delivers twice", "success", "delivered", ("delivered",), arrives=2),
    "not_delivered": Outcome("Out of reach", "success", "not_delivered", ("not_delivered",)),
    "wrong_number_format": Outcome("Wrong number", "wrong_number_format", "wrong_number_format"),
    "insufficient_credit": Outcome("No credit", "insufficient_credit", "insufficient_credit"),
    "server_error": Outcome("Server error", "server_error", "server_error"),
    # The text arrives, the answer comes too late: the sender can't know.
    "time_out": Outcome("Answers late", "success", "delivered", ("delivered",), arrives=1),
    # The whole post is answered 503 and nothing of it is taken.
    "unavailable": Outcome("Network is down", "server_error", "server_error"),
}


class Behaviour(BaseModel, frozen=True):
    """One outcome and how the sender hears of it.

    `reports`, when given, replaces the outcome's own: delivery reports in the order in which they are told, so
    `("delivered", "sent")` is out of order and `("delivered", "delivered")` repeated. `report_after`, counted from the
    text's arrival, and `silence`, the wait before the answer of `time_out`, are in seconds. Odoo hangs up after 15; a report
    that overtakes the answer collides with the transaction in which Odoo waits for it.
    """

    outcome: OutcomeName = "deliver"
    reports: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] | None = None
    report_after: Annotated[float, Field(ge=0, le=3600)] = 1.0
    silence: Annotated[float, Field(ge=0, le=120)] = 20.0

    @property
    def reports_owed(self) -> tuple[str, ...]:
        """The delivery reports that a message with this behaviour owes its sender, in order."""
        return OUTCOMES[self.outcome].reports if self.reports is None else self.reports


class Behaviours:
    """The behaviour of each number, and of all the others."""

    def __init__(self, for_all: Behaviour) -> None:
        """Begin with `for_all` for every number."""
        self.for_all = for_all
        self.by_number: dict[str, Behaviour] = {}

    def of(self, number: str) -> Behaviour:
        """Return what happens to a text to `number`."""
        return self.by_number.get(number, self.for_all)

    def switch(self, behaviour: Behaviour, number: str | None = None) -> None:
        """From now on do `behaviour` for `number`, or for all numbers that have none of their own."""
        if number is None:
            self.for_all = behaviour
        else:
            self.by_number[number] = behaviour
