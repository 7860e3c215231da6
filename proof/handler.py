"""The event handler of the proofs: small, over HTTP, to a target that forgets nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus

import httpx2

from duebell.espf.handler import BatchRefused, NotAttempted, Outcome, Owed, Provisioned, TargetDown, TryAgain
from proof.crash import CrashPoints, Point
from proof.dialect import Effect
from proof.target import KILL_AFTER, KILL_BEFORE, MOOD, Mood

_OUTCOMES: Mapping[str, Outcome] = {
    "done": Provisioned("done"),
    "already there": Provisioned("already there"),
    "later": TryAgain("The target asks to be told later."),
    "behind": NotAttempted("An earlier one of its line did not end."),
}


class HttpHandler:
    """An `espf.handler.EventHandler`. It dies where `points` say so.

    Args:
        url: the target's.
        points: told of each call.
        timeout: seconds after which a target that doesn't answer is down.
    """

    max_batch = 20

    def __init__(self, url: str, points: CrashPoints, *, timeout: float = 5.0) -> None:
        self._points = points
        self._http = httpx2.AsyncClient(base_url=url, verify=False, trust_env=False, timeout=timeout)

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        """Provision a batch in one call.

        Raises:
            TargetDown, BatchRefused: the call as a whole.
        """
        self._points.hit(Point.BEFORE_CALL)
        body = json.dumps([asdict(effect_of(owed)) for owed in batch])
        answer = await self._exchange("POST", body, self._wishes())
        self._points.hit(Point.ANSWERED)
        if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise BatchRefused("The target refused the call.", status=answer.status_code)
        ends = answer.json()
        return {owed.provisioning: _OUTCOMES[ends[owed.key]] for owed in batch}

    async def probe(self) -> None:
        """Ask whether it answers.

        Raises:
            TargetDown: not yet.
        """
        self._points.hit(Point.BEFORE_PROBE)
        await self._exchange("GET", None, {})
        self._points.hit(Point.PROBED)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def _exchange(self, method: str, body: str | None, headers: Mapping[str, str]) -> httpx2.Response:
        try:
            answer = await self._http.request(method, "/", content=body, headers=dict(headers))
        except httpx2.TransportError as error:
            raise TargetDown(f"The target doesn't answer ({type(error).__name__}).") from error
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise TargetDown("The target is unavailable.", status=answer.status_code)
        return answer

    def _wishes(self) -> dict[str, str]:
        """What this call asks of the target, so that the crash point is reached."""
        if self._points.is_here(Point.AT_TARGET):
            return {KILL_BEFORE: str(os.getpid())}
        if self._points.is_here(Point.COMMITTED_AT_TARGET):
            return {KILL_AFTER: str(os.getpid())}
        if self._points.wants_outage():
            return {MOOD: Mood.SILENT.value}
        return {}


def effect_of(owed: Owed) -> Effect:
    """What an event does where it takes effect."""
    return Effect.of(owed.key, owed.epoch, json.loads(owed.cloud_event))
