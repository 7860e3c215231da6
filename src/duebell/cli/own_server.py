"""The HTTP API over a data folder in which no `serve` runs, for the length of one command."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from typing import Self

import uvicorn

from duebell.console.app import create_app
from duebell.errors import DuebellError
from duebell.instance import Instance
from duebell.settings import Settings


class OwnServer:
    """The same API as `serve`'s, on a socket of its own; it dispatches nothing. A context manager.

    Raises:
        StorageError, NotConfigured: the data folder can't be used; see `Instance`.
    """

    def __init__(self, settings: Settings) -> None:
        self._instance = Instance(settings)
        self._folder = tempfile.TemporaryDirectory(prefix="duebell-")
        self.socket = Path(self._folder.name) / "s"
        config = uvicorn.Config(create_app(self._instance), uds=str(self.socket), log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            if not self._thread.is_alive():
                self.__exit__()
                raise DuebellError(f"No socket could be opened in {self.socket.parent}: set TMPDIR to a shorter folder.")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._instance.close()
        self._folder.cleanup()
