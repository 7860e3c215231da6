"""Requests that nobody in good faith sends, among such as PortaBilling does: all well-formed HTTP, by chance."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from proof.inlet.sender import request
from proof.inlet.service import AUTHORIZATION

TYPES = (
    "Invoice/New",
    "Customer/Status/Suspend",
    "Customer/Updated",
    "Invoice/Status/Changed",
    "Account/New",
    "Weather/Changed",
)
_METHODS = ("POST", "PUT", "DELETE", "GET", "HEAD", "PATCH", "OPTIONS", "TRACE", "FROB")
_PATHS = ("", "/x/events", "/%00", "/../api", "/Global/events/", "/Global/events?a=b")
_WORDS = ("", "é", "\U0001f514", "x" * 5000, "\0", "\ud800", "'; DROP TABLE raw_event; --", "../../etc", "NaN", "7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One request, in the parts in which it is sent, so many seconds apart; `breaks_off`: the rest never comes.

    `body` is what has to be kept if it is answered 200.
    """

    parts: Sequence[bytes]
    body: bytes
    pause: float = 0.0
    breaks_off: bool = False


class Malice:
    """Makes them, numbered from `first` on where they are events of PortaBilling's."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = 0

    def next(self) -> Hostile:
        kinds: Sequence[tuple[int, Callable[[], Hostile]]] = (
            (30, self._event),
            (5, self._again),
            (20, self._fuzzed),
            (10, self._bytes),
            (10, self._mutated),
            (6, self._encoded),
            (6, self._strange),
            (4, self._headers),
            (5, self._stranger),
            (3, self._elsewhere),
            (3, self._piecemeal),
            (1, self._slow),
            (1, self._broken_off),
            (1, self._large),
        )
        make = self._chance.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
        return make()

    def _event(self) -> Hostile:
        self._number += 1
        return _whole(self._body(self._number))

    def _again(self) -> Hostile:
        return _whole(self._body(self._chance.randint(1, self._number + 1)))

    def _fuzzed(self) -> Hostile:
        content = {"event_type": self._value(1), "variables": self._value(3), "i_event": self._value(1)}
        if self._chance.random() < 0.5:  # noqa: PLR2004 - every other one
            content = {**content, "event_type": self._chance.choice(TYPES)}
        return _whole(json.dumps(content).encode())

    def _bytes(self) -> Hostile:
        return _whole(self._chance.randbytes(self._chance.randint(0, 2000)))

    def _mutated(self) -> Hostile:
        body = bytearray(self._body(self._chance.randint(1, self._number + 1)))
        for _ in range(self._chance.randint(1, 4)):
            body[self._chance.randrange(len(body))] = self._chance.randrange(256)
        return _whole(bytes(body))

    def _encoded(self) -> Hostile:
        text = self._body(self._number + 1).decode()
        encoding = self._chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "utf-8-sig"))
        return _whole(text.encode(encoding), f"Content-Type: application/json; charset={encoding}")

    def _strange(self) -> Hostile:
        depth = self._chance.choice((10, 100, 10_000))
        return _whole(
            self._chance.choice(
                (
                    b"[" * depth,
                    b'{"a":' * depth,
                    b'{"event_type": "X", "variables": {"a": ' + b"[" * depth + b"]" * depth + b"}}",
                    b'{"event_type": "Customer/Updated", "variables": {"i_event": NaN}}',
                    b'{"event_type": "Customer/Updated", "variables": {"i_event": 1e999}}',
                    b'{"event_type": "Customer/Updated", "variables": {"i_event": 1, "i_event": 2}}',
                    b'{"event_type": "Customer/Updated", "variables": {"i_event": ' + b"9" * depth + b"}}",
                )
            )
        )

    def _headers(self) -> Hostile:
        return _whole(
            self._body(self._number + 1),
            self._chance.choice(
                (
                    "Content-Encoding: gzip",
                    "Expect: 100-continue",
                    "Content-Type: text/html",
                    "X-Forwarded-For: 10.0.0.1, evil",
                    f"X-Long: {'x' * 10_000}",
                    f"Authorization: {AUTHORIZATION}",
                    "Cookie: duebell=1",
                    "Idempotency-Key: 1",
                    "Range: bytes=0-1",
                    "Upgrade: websocket\r\nConnection: upgrade",
                )
            ),
        )

    def _stranger(self) -> Hostile:
        given = self._chance.choice((None, "", "Basic", "Basic eDp5", "Bearer x", "Basic \xff\xfe", AUTHORIZATION * 2))
        body = self._body(self._number + 1)
        return Hostile(parts=[request(body, authorization=given)], body=body)

    def _elsewhere(self) -> Hostile:
        method, path = self._chance.choice(_METHODS), f"/portabilling{self._chance.choice(_PATHS)}"
        body = self._body(self._number + 1)
        return Hostile(parts=[request(body, method=method, path=path)], body=body)

    def _piecemeal(self) -> Hostile:
        """Chunked, in pieces of its own sizes."""
        body, chunks = self._body(self._number + 1), []
        rest = body
        while rest:
            size = self._chance.randint(1, 50)
            piece, rest = rest[:size], rest[size:]
            chunks.append(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        head = request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        return Hostile(parts=[head, *chunks, b"0\r\n\r\n"], body=body)

    def _slow(self) -> Hostile:
        body = self._body(self._number + 1)
        whole = request(body)
        return Hostile(parts=[whole[:-9], whole[-9:-4], whole[-4:]], body=body, pause=self._chance.uniform(0.05, 0.5))

    def _broken_off(self) -> Hostile:
        whole = request(self._body(self._number + 1))
        return Hostile(parts=[whole[: self._chance.randrange(20, len(whole))]], body=b"", breaks_off=True)

    def _large(self) -> Hostile:
        size = self._chance.choice((100_000, 999_000, 1_000_001, 3_000_000))
        return _whole(self._chance.choice((b"x", b'{"event_type": "Customer/Updated", "variables": {"a": "')) + b"y" * size)

    def _body(self, number: int) -> bytes:
        variables = {"i_event": number, "i_customer": number % 50, "i_invoice": number, "event_time": "2026-11-01 12:00:00"}
        type_ = TYPES[number % len(TYPES)]
        return json.dumps({"event_type": type_, "variables": variables}).encode()

    def _value(self, depth: int) -> Any:
        kind = self._chance.randrange(7 if depth else 5)
        match kind:
            case 0:
                return self._chance.choice(_WORDS)
            case 1:
                return self._chance.randint(-(10**30), 10**30)
            case 2:
                return self._chance.choice((True, False, None))
            case 3:
                return self._chance.uniform(-1e300, 1e300)
            case 4:
                return self._chance.choice(TYPES)
            case 5:
                return [self._value(depth - 1) for _ in range(self._chance.randint(0, 4))]
            case _:
                names = ("i_event", "i_customer", *_WORDS[:5])
                return {self._chance.choice(names): self._value(depth - 1) for _ in range(self._chance.randint(0, 5))}


def _whole(body: bytes, *headers: str) -> Hostile:
    return Hostile(parts=[request(body, *headers)], body=body)
