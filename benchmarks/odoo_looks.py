"""How long what the web client asks takes inside Odoo, without HTTP.

A script for Odoo's shell over a throwaway database that is filled. `asks` are the params of the calls, by page; `runs` how often
each is asked; `result`: milliseconds of each run by what was measured.
"""

# ruff: noqa: F821 - `env`, `asks` and `runs` are the shell's
import time
from collections.abc import Callable
from typing import Any

from odoo.service.model import call_kw

env: Any
asks: dict[str, list[dict[str, Any]]]
runs: int


def ask(params: list[dict[str, Any]]) -> None:
    """As the person of the browser, whose rights count."""
    person = env(user=env.ref("base.user_admin"))
    for one in params:
        call_kw(person[one["model"]], one["method"], one["args"], one["kwargs"])


def took(look: Callable[[], Any]) -> float:
    env.invalidate_all()
    began = time.perf_counter()
    look()
    env.flush_all()
    milliseconds = (time.perf_counter() - began) * 1000
    env.cr.rollback()
    return milliseconds


looks: dict[str, Callable[[], Any]] = {name: lambda params=params: ask(params) for name, params in asks.items()}
result = {name: [took(look) for _ in range(runs + 1)][1:] for name, look in looks.items()}
"""The first run of each warms up."""
