"""What makes a PortaBilling hard to live with: each a switch of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=600)]


class Nuisances(BaseModel):
    """Which of them are on; without any, everything is as pleasant as can be. Rates are shares of calls or events, from 0 to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # --- of the API ---------------------------------------------------------------------------------------------------

    down: bool = False
    """The API is down: a proxy before it answers 503 with a page."""
    latency: Seconds = 0
    """Seconds before each answer."""
    slow: Annotated[int, Field(ge=1)] | None = None
    """Answers trickle, so many bytes a second."""
    fault_rate: Share = 0
    """Calls that are answered HTTP 500 and do nothing."""
    silence_rate: Share = 0
    """Calls that do what is asked and are never answered."""
    token_calls: Annotated[int, Field(ge=1)] | None = None
    """An access token expires after so many calls."""
    denied: frozenset[str] = frozenset()
    """Methods that the user may not use: `Invoice/get_invoice_list`."""
    style: Literal["any", "json", "form"] = "any"
    """The style of calls that this release takes."""
    days_as_moments: bool = False
    """An invoice's days come as the moment in UTC at which the customer's day began, instead of as days."""
    earlier_debt: bool = False
    """An invoice's amount due has the debt of earlier invoices in it."""

    # --- of both ------------------------------------------------------------------------------------------------------

    numbers: Literal["strings", "numbers", "mixed"] = "strings"
    """How ids come, and in the API's answers amounts too."""

    # --- of events ----------------------------------------------------------------------------------------------------

    duplicate_rate: Share = 0
    """Events that are sent twice."""
    disorder: Annotated[int, Field(ge=1, le=1000)] = 1
    """The next event is any of the oldest so many."""
    coalescing: bool = False
    """Of a customer's queued Limited, Suspend and Suspended only the latest is sent."""
    version: Annotated[int, Field(ge=1, le=2)] = 2
    """Version 1 has no `i_env`, `event_time`, `prev_*` and `curr_*`."""
    thin: bool = False
    """Only the id of what an event is about: an invoice's events don't say whose it is."""
    names: Literal["new", "old", "mixed"] = "new"
    """Old: `…/Status/Suspend` and `…/Unsuspend`, as up to MR107."""
    grouped: bool = False
    """`Invoice/Created` and `Updated`, `Customer/Created` and `Updated` where there are such."""


EVERY_NUISANCE = Nuisances(
    latency=0.01,
    fault_rate=0.1,
    token_calls=7,
    days_as_moments=True,
    earlier_debt=True,
    numbers="mixed",
    duplicate_rate=0.3,
    disorder=20,
    coalescing=True,
    thin=True,
    names="mixed",
)
"""All that can be borne at once; what hides all (down, silence) or excludes another is for a test to switch on."""
