"""The outside world of the proofs: it takes events over HTTP, each key once, and is as unreliable as its seed says.

It keeps what took effect, as Odoo's addon does: the key claims, and the same key again is answered as already there.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import threading
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from proof.dialect import Effect, answer, events

KILL_BEFORE = "Kill-Before-Commit"
KILL_AFTER = "Kill-After-Commit"
"""Headers by which a caller asks to be killed, by its process id, while the target has the call."""
MOOD = "Mood"
"""The header by which a caller asks for one of the moods."""


class Mood(StrEnum):
    """How the target takes one call."""

    KIND = "kind"
    SLOW = "slow to commit"
    SLOW_TO_ANSWER = "slow to answer"
    SILENT = "hangs up before it commits"
    COMMITTED_SILENT = "commits, then hangs up"
    HALF_ANSWER = "commits, then hangs up in the middle of its answer"
    UNAVAILABLE = "answers 503"
    REFUSES = "refuses a batch as a whole"
    SOME_LATER = "asks to be told one of the events again"


CAPRICIOUS: Mapping[Mood, int] = {
    Mood.KIND: 60,
    Mood.SLOW: 8,
    Mood.SLOW_TO_ANSWER: 8,
    Mood.REFUSES: 8,
    Mood.SOME_LATER: 8,
    Mood.SILENT: 2,
    Mood.COMMITTED_SILENT: 2,
    Mood.HALF_ANSWER: 2,
    Mood.UNAVAILABLE: 2,
}
"""Of 100 calls, how many find it in which mood. A target that hangs up is left alone for a second: more of it proves less."""
ALWAYS_KIND: Mapping[Mood, int] = {Mood.KIND: 1}
_SLOW = 0.02  # seconds
_REFUSAL = {"name": "odoo.exceptions.ValidationError", "message": "Refused."}


class Held:
    """A call that has come and is not committed before `release()`.

    Attributes:
        told: its events, once it came.
        outcomes: what was made of each key, once it was committed.
    """

    def __init__(self) -> None:
        self.told: Sequence[Effect] = ()
        self.outcomes: Mapping[str, str] = {}
        self._may_go = threading.Event()

    def release(self) -> None:
        """Let it be committed now."""
        self._may_go.set()

    def wait(self) -> None:
        """Until it is released."""
        self._may_go.wait()


class Target:
    """Listens on loopback inside its context; `moods` may be changed at any time."""

    def __init__(self, seed: int, moods: Mapping[Mood, int] = CAPRICIOUS) -> None:
        self.moods = moods
        self.port = 0
        self.calls = 0
        self.repeats = 0
        """Events that were told again after they had taken effect."""
        self._chance = random.Random(seed)  # noqa: S311 - a seed that can be run again
        self._effects: dict[str, Effect] = {}
        self._one_at_a_time = threading.Lock()
        self._to_be_held: Held | None = None
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self, self.port)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def effects(self) -> Sequence[Effect]:
        """What took effect, in that order."""
        with self._one_at_a_time:
            return list(self._effects.values())

    def hold(self) -> Held:
        """Keep the next call waiting, whoever makes it."""
        self._to_be_held = Held()
        return self._to_be_held

    def held(self, told: Sequence[Effect]) -> Held | None:
        """Whether this call is the one to be kept waiting."""
        with self._one_at_a_time:
            held, self._to_be_held = self._to_be_held, None
        if held:
            held.told = told
        return held

    def mood(self) -> Mood:
        """How the next call is taken."""
        with self._one_at_a_time:
            self.calls += 1
            moods = self.moods
            return self._chance.choices(list(moods), list(moods.values()))[0]

    def commit(self, told: Sequence[Effect], *, later: bool) -> dict[str, str]:
        """Let each that is new take effect and answer for each key.

        Args:
            told: as they came, at least one.
            later: one of them shall come again, and what stands behind it in its line is not attempted.
        """
        with self._one_at_a_time:
            postponed = self._chance.randrange(len(told)) if later else len(told)
            answers: dict[str, str] = {}
            for place, event in enumerate(told):
                held = place >= postponed and event.line == told[postponed].line and event.key not in self._effects
                answers[event.key] = ("later" if place == postponed else "behind") if held else self._take(event)
            return answers

    def _take(self, event: Effect) -> str:
        if event.key in self._effects:
            self.repeats += 1
            return "already there"
        self._effects[event.key] = event
        return "done"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, target: Target, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Call)
        self.target = target
        self.patience = threading.Event()  # never set: what a slow target waits for

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers are killed in the middle of their calls; that is what this is for."""


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer a probe."""
        self._answer(HTTPStatus.OK, {"status": "pass"})

    def do_POST(self) -> None:
        """Take a batch, or say who we are."""
        told = events(self.path, self.rfile.read(int(self.headers["Content-Length"])))
        if not told:
            return self._answer(HTTPStatus.OK, answer(self.path, {}))
        mood = Mood(self.headers[MOOD]) if self.headers[MOOD] else self.server.target.mood()
        self._kill(KILL_BEFORE)
        match mood:
            case Mood.SILENT:
                return self._hang_up()
            case Mood.UNAVAILABLE:
                return self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {})
            case Mood.REFUSES if len(told) > 1:
                return self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, _REFUSAL)
            case Mood.SLOW:
                self.server.patience.wait(_SLOW)
        held = self.server.target.held(told)
        if held:
            held.wait()
        outcomes = self.server.target.commit(told, later=mood is Mood.SOME_LATER)
        if held:
            held.outcomes = outcomes
        self._kill(KILL_AFTER)
        match mood:
            case Mood.COMMITTED_SILENT:
                return self._hang_up()
            case Mood.SLOW_TO_ANSWER:
                self.server.patience.wait(_SLOW)
        return self._answer(HTTPStatus.OK, answer(self.path, outcomes), whole=mood is not Mood.HALF_ANSWER)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        """Nobody reads it."""

    def _kill(self, header: str) -> None:
        if self.headers[header]:
            os.kill(int(self.headers[header]), signal.SIGKILL)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: HTTPStatus, content: Mapping[str, Any], *, whole: bool = True) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if whole else body[: len(body) // 2])
        if not whole:
            self._hang_up()
