"""The shapes of the addon's answers, asserted: Odoo answers many a misunderstanding with 200. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.errors import Evidence, OtherShape

MODEL = "duebell.event"


class Shape(BaseModel):
    """A JSON object with these members, of exactly these types; members that a later addon adds are left alone."""

    model_config = ConfigDict(strict=True, frozen=True)


AnyShape = TypeVar("AnyShape", bound=Shape)


def read(shape: type[AnyShape], answer: Json, url: str) -> AnyShape:
    """Read a method's answer.

    Raises:
        OtherShape: it has another shape; the first place where it differs is named, what stands there isn't.
    """
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise OtherShape(seen(url), f"{where[:100]}: {first['type']}") from None


def url_of(api_url: str, method: str) -> str:
    """Return where a method of the addon is called."""
    return f"{api_url}/json/2/{MODEL}/{method}"


def seen(url: str) -> Evidence:
    """Return the evidence of an answer that came with 200."""
    return Evidence(url=url, status=200)


def _odoo_time(text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError("not a text")  # noqa: TRY004 - pydantic reports ValueError only
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _rfc3339_time(text: object) -> datetime:
    if not isinstance(text, str) or not text.endswith("Z"):
        raise ValueError("not a UTC time")
    return datetime.fromisoformat(text)


OdooTime = Annotated[datetime, BeforeValidator(_odoo_time)]
"""`2026-11-01 09:00:00`, in UTC."""
Rfc3339Time = Annotated[datetime, BeforeValidator(_rfc3339_time)]
"""`2026-11-01T09:00:00Z`, up to six decimals of a second."""
