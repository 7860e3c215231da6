"""Verify's last proof: a text to a tester's phone, sent by a real Odoo, and its delivery that comes back."""

from __future__ import annotations

import json
from typing import Any

from integration.service.real import RealOdoo
from integration.service.running import Serve

PHONE = "+12025550177"


def verified(serve: Serve, typed: dict[str, str], phone: str) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    body = {"typed": typed, "test_phone": phone}
    with serve.client.stream("POST", "/verify/Global/OdooCRM", json=body, timeout=120) as answer:
        *checks, end = [json.loads(line) for line in answer.iter_lines()]
    return {check["slug"]: check for check in checks}, end


def test_a_test_text_reaches_the_phone_and_its_delivery_comes_back(serve: Serve, real: RealOdoo) -> None:
    checks, end = verified(serve, real.options(Test_Phones=PHONE), PHONE)

    assert checks["test-text"]["found"] == "a test text was delivered to the phone that ends in 77"
    assert end["applied"]
    (text,) = real.texts(PHONE)
    assert "this is a test of billing's messages" in text
    assert checks["sms-sender"]["found"] == f"texts leave by the gateway at {real.sandbox.phone_url}"


def test_a_phone_that_is_not_allowed_gets_nothing(serve: Serve, real: RealOdoo) -> None:
    checks, end = verified(serve, real.options(Test_Phones=PHONE), "+12025550178")

    assert checks["test-text"]["result"] == "failed"
    assert not end["applied"]
    assert real.texts("+12025550178") == []
