"""Whatever answers, and whatever it says: a result, or an error of ours that says what to do; nothing else ever comes out."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from duebell.handlers.odoo_crm.answer import Answer, result
from duebell.handlers.odoo_crm.errors import OdooError
from duebell.handlers.odoo_crm.messages import outcomes
from duebell.handlers.odoo_crm.receipts import read_receipts
from duebell.handlers.odoo_crm.status import read_status
from unit.odoo_crm.owed import owed
from unit.odoo_crm.stand_in import KEY, a_status, provisioned

API_URL = "https://odoo.example.com"
EVENT = owed(1)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
CONTENT_TYPES = st.sampled_from(["application/json", "text/html", "application/json; charset=utf-8", "", "text/plain"])


@given(
    status=st.integers(100, 599),
    content_type=CONTENT_TYPES,
    body=st.binary()
    | st.just(b'{"name": "builtins.ValueError", "message": "no"}')
    | st.just(f'{{"name": "{KEY}"}}'.encode()),
    location=st.text(),
    retry_after=st.text(),
)
def test_any_http_answer(status: int, content_type: str, body: bytes, location: str, retry_after: str) -> None:
    headers = {"content-type": content_type, "location": location, "retry-after": retry_after}

    with contextlib.suppress(OdooError):
        result(Answer(url=API_URL, status=status, headers=headers, body=body, key=KEY))


@given(member=st.sampled_from(list(provisioned(""))), value=JSON)
def test_any_result_of_an_event(member: str, value: Any) -> None:
    with contextlib.suppress(OdooError):
        assert set(outcomes([EVENT], {"results": {EVENT.key: provisioned(EVENT.key) | {member: value}}}, API_URL)) == {1}


@given(member=st.sampled_from(list(a_status())), value=JSON)
def test_any_status(member: str, value: Any) -> None:
    with contextlib.suppress(OdooError):
        read_status(a_status() | {member: value}, API_URL)  # type: ignore[arg-type]


@given(answer=JSON)
def test_any_answer_of_the_addon(answer: Any) -> None:
    for read in (read_status, read_receipts, lambda said, url: outcomes([EVENT], said, url)):
        with contextlib.suppress(OdooError):
            read(answer, API_URL)
