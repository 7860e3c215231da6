"""The address of a PortaBilling's API, as people paste it and as it is kept: scheme, host and port, nothing else."""

from __future__ import annotations

import httpx2

from duebell.outbound import checked_url

_OWN_PATHS = ("", "/rest", "/doc/api")
_EXAMPLE = "type it like https://portabilling.example.com"


def checked_api_url(typed: str) -> str:
    """Return the origin to keep, for example `https://portabilling.example.com:8443`; the API's own paths are cut off.

    Raises:
        ValueError: a sentence that says what to type instead; a user or password in the text is never repeated.
    """
    return _origin(typed, _OWN_PATHS)


def checked_origin(typed: str) -> str:
    """Return a scheme, host and port, for example `https://duebell.example.com`.

    Raises:
        ValueError: a sentence that says what to type instead.
    """
    return _origin(typed, ("",))


def _origin(typed: str, paths: tuple[str, ...]) -> str:
    text = typed.strip()
    try:
        url = httpx2.URL(text if "://" in text else f"https://{text}")
    except httpx2.InvalidURL:
        raise ValueError(f"this is not a web address: {_EXAMPLE}") from None
    if url.userinfo:
        raise ValueError(f"leave out the user and password, they are options of their own: {_EXAMPLE}")
    if url.query or "?" in text or "#" in text or url.path.rstrip("/") not in paths:
        raise ValueError(f"leave out everything after the host and port: {_EXAMPLE}")
    return checked_url(str(url.copy_with(path="/"))).rstrip("/")
