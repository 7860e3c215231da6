"""PortaBilling's inlet under hostile requests and kills: 200 or 503, and whatever was answered 200 is kept, once."""

from __future__ import annotations

from dataclasses import replace

from proof.ground import Extent, Ground, Setting
from proof.inlet.proofs import HOSTILE_A_KILL, hostile, killed
from proof.inlet.service import Moment
from proof.inlet.several import one_of_two_killed
from proof.postgres import PostgresGround

TWO_THOUSAND = Extent(kills=2000 // HOSTILE_A_KILL)


def test_of_hostile_requests_whatever_is_answered_200_is_kept_and_the_rest_is_answered_503(setting: Setting[Ground]) -> None:
    verdict = hostile(replace(setting, extent=TWO_THOUSAND))
    assert verdict.faults == 2000
    assert verdict.holds, verdict


def test_killed_between_commit_and_answer_portabilling_sends_again_and_it_is_kept_once(setting: Setting[Ground]) -> None:
    verdict = killed(setting)
    assert verdict.faults == len(Moment)
    assert verdict.holds, verdict


def test_of_two_services_one_is_killed_and_the_other_takes_what_it_did_not_answer_once(
    on_postgresql: Setting[PostgresGround],
) -> None:
    verdict = one_of_two_killed(on_postgresql)
    assert verdict.faults == len(Moment)
    assert verdict.holds, verdict
