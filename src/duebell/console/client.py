"""A client of the HTTP API over a socket of this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx2

from duebell.errors import DuebellError


class Client:
    """Calls of the API; nothing is connected before the first. A context manager.

    Every failure is a DuebellError with the server's own sentence. Parameters that are None are left out. `patience` is how many
    seconds it waits for an answer, or for the next line of one.
    """

    def __init__(self, socket: Path, *, patience: float) -> None:
        self._patience = patience
        transport = httpx2.HTTPTransport(uds=str(socket))
        self._http = httpx2.Client(transport=transport, base_url="http://duebell/api/v1", timeout=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params=_given(params))

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._call("POST", path, json=body, params=_given(params))

    def put(self, path: str, body: Any, **params: Any) -> Any:
        return self._call("PUT", path, json=body, params=_given(params))

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def lines(self, path: str, body: Any = None, **params: Any) -> Iterator[dict[str, Any]]:
        """POST; the answer's JSON lines as they come."""
        with self._plain_words(), self._http.stream("POST", path, json=body, params=_given(params)) as answer:
            if answer.is_error:
                answer.read()
                raise _problem(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def _call(self, method: str, path: str, **what: Any) -> Any:
        with self._plain_words():
            answer = self._http.request(method, path, **what)
        if answer.is_error:
            raise _problem(answer)
        return answer.json() if answer.content else None

    @contextmanager
    def _plain_words(self) -> Iterator[None]:
        """What became of a call that got no whole answer, in a sentence."""
        try:
            yield
        except httpx2.TimeoutException:
            raise DuebellError(
                f"Duebell didn't answer within {self._patience:.0f} s: look at the log of `duebell serve`."
            ) from None
        except httpx2.TransportError as error:
            raise DuebellError(
                f"Duebell ended while answering ({type(error).__name__}): look at the log of `duebell serve`, then try again."
            ) from None


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if value is not None}


def _problem(answer: httpx2.Response) -> DuebellError:
    try:
        return DuebellError(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return DuebellError(f"Duebell answered {answer.status_code}: look at the log of `duebell serve`.")
