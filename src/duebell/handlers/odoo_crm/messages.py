"""`ingest` as the contract has it (docs/contract.md): the body of the call, and what its answer says of each event. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from duebell.espf.envelope import rfc3339
from duebell.espf.handler import Outcome, Owed, Provisioned, RefusalKind, Refused, SupersededBy
from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.errors import AddonIncompatible, NotHeld, NotPaired, OdooError, OtherShape
from duebell.handlers.odoo_crm.shape import Shape, read, seen, url_of
from duebell.handlers.odoo_crm.status import CONTRACT


def ingest_body(batch: Sequence[Owed], terms: str | None = None) -> str:
    """Return the JSON text of the arguments; the events' own texts are joined in as they were recorded.

    `terms` is JSON text too, left out for an addon that knows of none.
    """
    on_terms = f', "terms": {terms}' if terms else ""
    return f'{{"contract": {CONTRACT}, "events": [{", ".join(map(_entry, batch))}]{on_terms}}}'


def _entry(owed: Owed) -> str:
    return (
        f'{{"key": {json.dumps(owed.key)}, "replay": {owed.replay}, "notify_by": "{rfc3339(owed.notify_by)}", '
        f'"epoch": {owed.epoch}, "superseded_by": {_superseded_by(owed.superseded_by)}, "event": {owed.cloud_event}}}'
    )


def _superseded_by(later: SupersededBy | None) -> str:
    if later is None:
        return "null"
    return json.dumps({"id": later.event_id, "type": later.type, "time": rfc3339(later.at)})


class _Accepted(Shape):
    outcome: Literal["provisioned"]
    already: bool
    reference: str = Field(min_length=1)
    link: str | None = Field(default=None, pattern="^/([^/]|$)")
    told: list[Literal["sms", "email"]]
    untold: str | None = None


class _Declined(Shape):
    outcome: Literal["refused"]
    kind: Literal["event"]
    because: str = Field(min_length=1)


class _Results(Shape):
    results: dict[str, Annotated[_Accepted | _Declined, Field(discriminator="outcome")]]


class _OtherContract(Shape):
    refused: Literal["contract"]
    contracts: list[int]


class _OtherTerms(Shape):
    refused: Literal["pairing", "hold"]
    because: str = Field(max_length=300)


TERMS: Mapping[str, type[OdooError]] = {"pairing": NotPaired, "hold": NotHeld}
"""What a call was refused for as a whole."""


def outcomes(batch: Sequence[Owed], answer: Json, api_url: str) -> dict[int, Outcome]:
    """Read the answer: an outcome for each provisioning, links made whole with `api_url`.

    Raises:
        AddonIncompatible: the addon doesn't speak our contract.
        NotPaired, NotHeld: the terms of the call don't hold there.
        OtherShape: not exactly one result for each key, or one that can't be read.
    """
    url = url_of(api_url, "ingest")
    if isinstance(answer, dict) and answer.get("refused") in TERMS:
        refused = read(_OtherTerms, answer, url)
        raise TERMS[refused.refused](seen(url), refused.because)
    if isinstance(answer, dict) and "refused" in answer:
        raise AddonIncompatible(seen(url), f"the addon speaks contract {read(_OtherContract, answer, url).contracts}")
    results = read(_Results, answer, url).results
    sent = {owed.key for owed in batch}
    if results.keys() != sent:
        missing, besides = len(sent - results.keys()), len(results.keys() - sent)
        raise OtherShape(seen(url), f"results: {missing} missing, {besides} for events that weren't sent")
    return {owed.provisioning: _outcome(results[owed.key], api_url) for owed in batch}


def _outcome(result: _Accepted | _Declined, api_url: str) -> Outcome:
    if isinstance(result, _Declined):
        return Refused(result.because, RefusalKind.EVENT)
    return Provisioned(result.reference, f"{api_url}{result.link}" if result.link else None, result.untold)
