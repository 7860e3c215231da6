"""Applying a version as a whole: what it changes is proven first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duebell.configuration.check import Check, Result
from duebell.configuration.version import GroupPlace

if TYPE_CHECKING:
    from duebell.instance import Instance


@dataclass(frozen=True, slots=True)
class Proof:
    """What Verify found of one group of a version; passed, it is marked so."""

    group: GroupPlace
    checks: list[Check]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.result is Result.FAILED]


async def prove(instance: Instance, number: int, who: str) -> list[Proof]:
    """Verify each group of a version that has to be, up to the first that fails.

    Raises:
        Unknown: there is no version of this number.
        NotPossible: it was changed meanwhile.
    """
    proofs: list[Proof] = []
    for environment, group in await instance.configuration(lambda server: server.unverified(number)):
        verification = await instance.verification(environment, group, version=number, who=who)
        proof = Proof((environment, group), [check async for check in verification.checks()])
        proofs.append(proof)
        if proof.failed:
            break
        values, place = verification.values, (environment, group)
        await instance.configuration(lambda server, v=values, p=place: server.mark(number, *p, v), who)  # type: ignore[misc]
    return proofs
