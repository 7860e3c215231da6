"""What a request needs of the application that it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from duebell.instance import Instance


def the_instance(request: Request) -> Instance:
    """The composition root that this application serves."""
    found: Instance = request.app.state.instance
    return found


TheInstance = Annotated["Instance", Depends(the_instance)]
