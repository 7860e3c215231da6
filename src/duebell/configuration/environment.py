"""What an environment may be called: its name is a part of addresses and of `Environment.Group`."""

from __future__ import annotations

import re

from duebell.errors import InvalidValue

GLOBAL = "Global"
"""The environment that is always there, and whose configuration the others have beneath theirs."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TAKEN = (GLOBAL.lower(), "versions")
"""The second is the console's own, where an environment's name would be in the path."""


def environment_name(typed: str) -> str:
    """Return the name without space around it.

    Raises:
        InvalidValue: it can't be one.
    """
    name = typed.strip()
    if not _NAME.fullmatch(name):
        raise InvalidValue("Name an environment with 1 to 64 letters (A to Z), digits, - and _, for example berlin.")
    if name.lower() in _TAKEN:
        raise InvalidValue(f"{name!r} is taken: give the environment another name.")
    return name
