"""A wire between two that talk over TCP, which can be cut, silenced, slowed, and cut in the middle of an answer."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

_CHUNK = 65536


class Proxy:
    """Listens on a port of loopback's inside its context, and carries each connection on to `to`, another port of it.

    `to` may change; what is connected then stays connected. Its methods may be called from any thread.
    """

    def __init__(self, to: int) -> None:
        self.to = to
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open = asyncio.Event()
        self._is_cut = False
        self._delay = 0.0
        self._break_after: int | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._open.set()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._carry, "127.0.0.1", 0), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Break what is connected, and refuse what comes."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._break)

    def silence(self) -> None:
        """Let nothing through, and tell nobody: as when a cable is pulled somewhere between."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def slow(self, seconds: float) -> None:
        """Delay whatever is said, in each direction."""
        self._delay = seconds

    def break_answer(self, after: int) -> None:
        """Cut the connection of the next answer after so many bytes of it, once."""
        self._break_after = after

    @property
    def has_broken(self) -> bool:
        """Whether the answer that was to be cut was cut."""
        return self._break_after is None

    def mend(self) -> None:
        """Carry everything again, at once."""
        self._is_cut = False
        self._delay = 0.0
        self._break_after = None
        self._loop.call_soon_threadsafe(self._open.set)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._ends.add(back)
        try:
            if self._is_cut:
                return
            far, on = await asyncio.open_connection("127.0.0.1", self.to)
            self._ends.add(on)
            try:
                await asyncio.gather(self._pump(near, on), self._pump(far, back, answers=True))
            finally:
                on.transport.abort()
                self._ends.discard(on)
        except OSError:
            return  # one of them broke it, or nobody is there: so does the other one hear
        finally:
            back.transport.abort()
            self._ends.discard(back)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool = False) -> None:
        while data := await source.read(_CHUNK):
            await self._open.wait()
            await asyncio.sleep(self._delay)
            if answers and self._break_after is not None:
                data, self._break_after = data[: self._break_after], None
                target.write(data)
                await target.drain()
                raise ConnectionResetError
            target.write(data)
            await target.drain()
        target.write_eof()

    def _break(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        self._open.set()
        self._break()
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*carrying, return_exceptions=True)
