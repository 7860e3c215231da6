"""How far things are: a line and a bar for each step on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import threading
import time
from typing import Protocol, TextIO

_NAME_WIDTH = 15
_BAR_WIDTH = 24
_A_WHILE = 0.1  # seconds


class Progress(Protocol):
    """Told how far a step is. Called from several threads."""

    def __call__(self, step: str, text: str, share: float | None = None) -> None:
        """A step has come this far.

        Args:
            step: its name, the same in each call about it.
            text: what is being done, or what was done.
            share: between 0 and 1; 1 ends the step; None when nobody knows.
        """


def silent(step: str, text: str, share: float | None = None) -> None:
    """Progress that nobody watches."""


def on(stream: TextIO) -> Progress:
    """Bars if the stream is a terminal, lines if not."""
    return Bars(stream) if stream.isatty() else Lines(stream)


class Lines:
    """A line when a step turns to something else, and one when it is done; numbers that only grow make no line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._doing: dict[str, str] = {}
        self._clock = Stopwatch()
        self._one_at_a_time = threading.Lock()

    def __call__(self, step: str, text: str, share: float | None = None) -> None:
        with self._one_at_a_time:
            took = self._clock.of(step, share)
            without_numbers = re.sub(r"\d+", "", text)
            if share == 1 or self._doing.get(step) != without_numbers:
                self._doing[step] = without_numbers
                print(f"  {step:<{_NAME_WIDTH}} {text}{took}", file=self._stream, flush=True)


class Bars:
    """A line for each step, kept up to date in place."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._running: dict[str, str] = {}
        self._drawn = 0
        self._clock = Stopwatch()
        self._one_at_a_time = threading.Lock()

    def __call__(self, step: str, text: str, share: float | None = None) -> None:
        with self._one_at_a_time:
            line = f"  {step:<{_NAME_WIDTH}} {_bar(share)} {text}{self._clock.of(step, share)}"
            self._erase()
            if share == 1:
                self._running.pop(step, None)
                self._stream.write(line + "\n")
            else:
                self._running[step] = line
            self._draw()

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")

    def _draw(self) -> None:
        # A line longer than the terminal would wrap, and erasing count wrong.
        self._stream.writelines(f"\x1b[?7l{line}\x1b[?7h\n" for line in self._running.values())
        self._drawn = len(self._running)
        self._stream.flush()


class Stopwatch:
    """How long each step took."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def of(self, step: str, share: float | None) -> str:
        """How long a step took, if it ends here and took a while: `, 8.1 s`; else nothing."""
        began = self._began.setdefault(step, time.monotonic())
        if share != 1:
            return ""
        took = time.monotonic() - self._began.pop(step, began)
        return f", {took:.1f} s" if took >= _A_WHILE else ""


def _bar(share: float | None) -> str:
    if share is None:
        return "·" * _BAR_WIDTH
    full = round(share * _BAR_WIDTH)
    return "█" * full + "░" * (_BAR_WIDTH - full)
