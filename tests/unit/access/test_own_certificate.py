"""The certificate of the network address: its end is told before, and a renewed one is shown without a restart."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI

from builders import NOON, Clock
from duebell.console.certificate import OwnCertificate
from duebell.instance import Instance
from duebell.storage.alarms import standing
from unit.access.test_network_server import served
from unit.access.tls_files import certificate, tls_files
from waiting import within

CAUSE = f"certificate of {socket.gethostname()}"


def in_days(days: float) -> datetime:
    return NOON + timedelta(days=days)


async def alarm(instance: Instance) -> dict[str, Any] | None:
    """That of the certificate, if it stands."""
    return next((one for one in await instance.read(standing) if one["cause"] == CAUSE), None)


async def shown(url: str) -> bytes:
    """The certificate that whoever connects is shown."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    pem = await asyncio.to_thread(ssl.get_server_certificate, (address.hostname, address.port), timeout=10)
    return pem.encode()


async def test_a_certificate_that_ends_within_30_days_is_an_alarm_until_there_is_another(
    instance: Instance, tmp_path: Path
) -> None:
    own = OwnCertificate(instance, tls_files(tmp_path, until=in_days(31)))
    assert not await own.look()
    assert await alarm(instance) is None

    tls_files(tmp_path, until=in_days(29))
    assert await own.look()
    told = await alarm(instance)
    assert told
    assert told["sentence"] == (
        f"The certificate in {tmp_path}/cert.pem ends at 2026-11-30 12:00 (UTC): then browsers and programs turn away."
    )
    assert told["title"] == f"The certificate that {socket.gethostname()} shows has to be renewed"
    assert "without a restart" in told["remedy"]

    tls_files(tmp_path, until=in_days(90))
    assert not await own.look()
    assert await alarm(instance) is None


async def test_one_that_has_ended_is_said_to_have_ended(instance: Instance, tmp_path: Path, clock: Clock) -> None:
    own = OwnCertificate(instance, tls_files(tmp_path, until=in_days(29)))
    await own.look()
    clock.advance(days=29)
    await own.look()
    told = await alarm(instance)
    assert told
    assert "ended at 2026-11-30 12:00 (UTC): browsers and programs turn away." in told["sentence"]
    assert told["count"] == 1


async def test_a_chain_ends_with_the_first_of_its_certificates(instance: Instance, tmp_path: Path) -> None:
    files = tls_files(tmp_path, until=in_days(300))
    issuer = certificate(ec.generate_private_key(ec.SECP256R1()), in_days(10))
    files[0].write_bytes(files[0].read_bytes() + issuer)
    assert await OwnCertificate(instance, files).look()


def _without_key(files: tuple[Path, Path]) -> None:
    tls_files(files[0].parent / "other", until=in_days(90))[0].replace(files[0])


def _gone(files: tuple[Path, Path]) -> None:
    files[0].unlink()


def _half_written(files: tuple[Path, Path]) -> None:
    files[0].write_bytes(files[0].read_bytes()[:200])


@pytest.mark.parametrize("spoil", [_without_key, _gone, _half_written])
async def test_files_that_cannot_be_used_any_more_are_an_alarm_and_what_was_read_before_is_still_shown(
    app: FastAPI, instance: Instance, tmp_path: Path, spoil: Callable[[tuple[Path, Path]], None]
) -> None:
    (tmp_path / "other").mkdir()
    files = tls_files(tmp_path, until=in_days(90))
    before = files[0].read_bytes()
    own = OwnCertificate(instance, files)
    async with served(app, own=own, tls_cert=str(files[0]), tls_key=str(files[1])) as url:
        await own.look()
        spoil(files)

        assert await own.look()

        told = await alarm(instance)
        assert told
        assert "can't be used for TLS any more" in told["sentence"]
        assert "what was read before is still shown" in told["sentence"]
        assert await shown(url) == before

        tls_files(tmp_path, until=in_days(90))
        assert not await own.look()
        assert await alarm(instance) is None


async def test_a_renewed_certificate_is_shown_to_new_connections_and_no_other_also_not_of_another_kind_of_key(
    app: FastAPI, instance: Instance, tmp_path: Path
) -> None:
    files = tls_files(tmp_path, until=in_days(10))
    own = OwnCertificate(instance, files)
    async with served(app, own=own, tls_cert=str(files[0]), tls_key=str(files[1])) as url:
        first = files[0].read_bytes()
        assert await shown(url) == first  # before it was looked at for the first time
        await own.look()
        assert await shown(url) == first

        tls_files(tmp_path, until=in_days(90), key=rsa.generate_private_key(65537, 2048))
        assert await shown(url) == first
        await own.look()

        assert await shown(url) == files[0].read_bytes()


async def test_it_is_looked_at_start_and_again_and_again(instance: Instance, tmp_path: Path) -> None:
    files = tls_files(tmp_path, until=in_days(90))
    soon = timedelta(milliseconds=5)
    looking = asyncio.create_task(OwnCertificate(instance, files, daily=soon, again=soon).run())

    async def until(stands: bool) -> None:
        async with within(30):
            while (await alarm(instance) is not None) is not stands:
                await asyncio.sleep(0.005)

    tls_files(tmp_path, until=in_days(3))
    await until(stands=True)
    tls_files(tmp_path, until=in_days(90))
    await until(stands=False)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_the_alarm_is_over_once_the_service_runs_without_a_certificate(instance: Instance, tmp_path: Path) -> None:
    await OwnCertificate(instance, tls_files(tmp_path, until=in_days(3))).look()
    assert await alarm(instance)
    assert not await OwnCertificate(instance, None).look()
    assert await alarm(instance) is None
