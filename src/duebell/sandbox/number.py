"""Telephone numbers as Odoo sends them: in E.164 form."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_e164(number: str) -> bool:
    """Whether `number` is a plus sign and 7 to 15 digits, nothing else."""
    return _E164.fullmatch(number) is not None


def _checked(number: str) -> str:
    if not is_e164(number):
        message = f"{number!r} is not in E.164 form: write a plus sign and digits only, such as +12025550143"
        raise ValueError(message)
    return number


E164Number = Annotated[str, AfterValidator(_checked)]
