"""Clients that post one request after the other, each over a connection of its own that it keeps: bare HTTP/1.1 on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus

CONNECTIONS = 32


async def post(port: int, path: str, bodies: Sequence[bytes], *headers: str) -> tuple[float, list[bytes]]:
    """Post all of them, with more headers if given; gives the seconds that it took and the answers, in no order.

    Raises:
        RuntimeError: one was answered otherwise than by 200.
    """
    more = "".join(f"{header}\r\n" for header in headers)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}Content-Type: application/json\r\nContent-Length: "
    requests = iter([f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies])
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    answers = await asyncio.gather(*(_post(requests, *connection) for connection in connections))
    took = time.perf_counter() - started
    for _, writer in connections:
        writer.close()
    return took, [answer for of_one in answers for answer in of_one]


async def _post(requests: Iterator[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[bytes]:
    answers = []
    for request in requests:  # the next that no other client has begun
        writer.write(request)
        answers.append(await _answer(reader))
    return answers


async def _answer(reader: asyncio.StreamReader) -> bytes:
    status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    headers = dict(field.lower().split(": ", 1) for field in fields if field)
    body = await reader.readexactly(int(headers["content-length"]))
    if int(status.split()[1]) != HTTPStatus.OK:
        raise RuntimeError(f"A request was answered {status.partition(' ')[2]}: {body.decode()[:300]}")
    return body
