"""How a command reaches Duebell: through the socket of a running `serve`, or over the data folder itself when none runs."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx2
import typer
import uvicorn

from duebell.console.app import create_app
from duebell.console.control_socket import answers
from duebell.errors import DuebellError
from duebell.instance import Instance
from duebell.settings import Settings

PATIENCE = 300.0
"""Seconds that a command waits for an answer: a Verify of a silent host takes its time."""


class Connection:
    """Calls of the HTTP API, as a context manager. Every failure is a DuebellError with the server's own sentence."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        self._own: _OwnServer | None = None
        path = self._settings.socket
        if not answers(path):
            self._own = _OwnServer(self._settings)
            path = self._own.socket
        transport = httpx2.HTTPTransport(uds=str(path))
        self._client = httpx2.Client(transport=transport, base_url="http://duebell", timeout=PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        if self._own:
            self._own.close()

    def get(self, path: str, **params: Any) -> Any:
        """GET; parameters that are None are left out."""
        return self._call("GET", path, params={key: value for key, value in params.items() if value is not None})

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._call("POST", path, json=body, params=params)

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body)

    def lines(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """POST; the answer's JSON lines as they come."""
        with self._client.stream("POST", path, params=params) as answer:
            if answer.is_error:
                answer.read()
                raise _problem(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def _call(self, method: str, path: str, **what: Any) -> Any:
        try:
            answer = self._client.request(method, path, **what)
        except httpx2.TransportError as error:
            raise DuebellError(
                f"Duebell ended while answering ({type(error).__name__}): look at the log of `duebell serve`."
            ) from None
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


class _OwnServer:
    """The same API over the data folder for the length of one command, on a socket of its own; it dispatches nothing."""

    def __init__(self, settings: Settings) -> None:
        self._instance = Instance(settings)
        self._folder = tempfile.TemporaryDirectory(prefix="duebell-")
        self.socket = Path(self._folder.name) / "s"
        config = uvicorn.Config(create_app(self._instance), uds=str(self.socket), log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            self._thread.join(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._instance.close()
        self._folder.cleanup()
