"""Where a value comes from that doesn't belong on a command line, where others may see it."""

from __future__ import annotations

import sys
from pathlib import Path

from duebell.errors import InvalidValue
from duebell.settings import environment_variable


def file_text(key: str, path: str) -> str:
    """What a file holds, or standard input (`-`), without space around it.

    Raises:
        InvalidValue: it can't be read.
    """
    try:
        return (sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")).strip()
    except OSError as error:
        raise InvalidValue(f"The file {path} for {key} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidValue(f"The file {path} for {key} can't be read: it is no text in UTF-8.") from None


def variable(key: str, name: str) -> str:
    """What an environment variable holds, without space around it.

    Raises:
        InvalidValue: it isn't set.
    """
    value = environment_variable(name)
    if value is None:
        raise InvalidValue(f"The environment variable {name} for {key} isn't set: export it, or give {key} another way.")
    return value.strip()
