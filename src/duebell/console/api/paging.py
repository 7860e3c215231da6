"""Pages of lists that grow."""

from __future__ import annotations

from fastapi import Request


def next_page(request: Request, **cursor: object) -> str | None:
    """The address of the page after this one: the same question, from the cursor on; None where there is none.

    For example `/api/v1/events?type=invoice.overdue&before=4711`.
    """
    if None in cursor.values():
        return None
    url = request.url.include_query_params(**cursor)
    return f"{url.path}?{url.query}"
