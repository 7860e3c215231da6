"""How a command reaches Duebell: through the socket of a running `serve`, or over the data folder itself when none runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import httpx2
import typer

from duebell.console.control_socket import answers
from duebell.errors import DuebellError, InUse
from duebell.settings import Settings

PATIENCE = 300.0
"""Seconds that a command waits for an answer: a Verify of a silent host takes its time."""
WAIT_FOR_FOLDER = 10.0
"""Seconds that a command waits while another one has the data folder, or while a `serve` is starting or ending there."""


class Connection:
    """Calls of the HTTP API, as a context manager. Every failure is a DuebellError with the server's own sentence."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            path = stack.enter_context(_reached(self._settings))
            transport = httpx2.HTTPTransport(uds=str(path))
            self._client = stack.enter_context(
                httpx2.Client(transport=transport, base_url="http://duebell", timeout=PATIENCE)
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def get(self, path: str, **params: Any) -> Any:
        """GET; parameters that are None are left out."""
        return self._call("GET", path, params={key: value for key, value in params.items() if value is not None})

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._call("POST", path, json=body, params=params)

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body)

    def lines(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """POST; the answer's JSON lines as they come."""
        with _plain_words(), self._client.stream("POST", path, params=params) as answer:
            if answer.is_error:
                answer.read()
                raise _problem(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def _call(self, method: str, path: str, **what: Any) -> Any:
        with _plain_words():
            answer = self._client.request(method, path, **what)
        if answer.is_error:
            raise _problem(answer)
        return answer.json()


def connection(context: typer.Context) -> Connection:
    """The connection of this command's data folder."""
    return Connection(settings_of(context))


def settings_of(context: typer.Context) -> Settings:
    found = context.find_object(Settings)
    assert found is not None  # noqa: S101 - the command line's callback sets it
    return found


def _problem(answer: httpx2.Response) -> DuebellError:
    try:
        return DuebellError(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return DuebellError(f"Duebell answered {answer.status_code}: look at the log of `duebell serve`.")


@contextmanager
def _plain_words() -> Iterator[None]:
    """What became of a call that got no whole answer, in a sentence."""
    try:
        yield
    except httpx2.TimeoutException:
        raise DuebellError(f"Duebell didn't answer within {PATIENCE:.0f} s: look at the log of `duebell serve`.") from None
    except httpx2.TransportError as error:
        raise DuebellError(
            f"Duebell ended while answering ({type(error).__name__}): look at the log of `duebell serve`, then try again."
        ) from None


@contextmanager
def _reached(settings: Settings) -> Iterator[Path]:
    """The socket of the running `serve`, or else of a server of our own for the length of the block.

    Raises:
        InUse: another process has the data folder for long, and doesn't answer.
    """
    until = time.monotonic() + WAIT_FOR_FOLDER
    while not answers(settings.socket):
        from duebell.cli.own_server import OwnServer  # noqa: PLC0415 - takes its time, and only who is alone needs it

        try:
            own = OwnServer(settings)
        except InUse:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)  # noqa: TID251 - for another process
            continue
        with own:
            yield own.socket
        return
    yield settings.socket
