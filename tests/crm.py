"""Odoo as its administrator sees it, through JSON-2: what tests look at."""

from __future__ import annotations

from typing import Any

import httpx2


class Crm:
    """Reads one database of a real Odoo with a key of its administrator's."""

    def __init__(self, url: str, database: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database}

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        answer = httpx2.post(f"{self._url}/json/2/{model}/{method}", json=arguments, headers=self._headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def search(self, model: str, domain: list[Any], fields: list[str], order: str = "id") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.call(model, "search_read", domain=domain, fields=fields, order=order)
        return rows
