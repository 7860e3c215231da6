# SPDX-License-Identifier: LGPL-3.0-only
"""Many partners written at once, each with values of its own: Odoo's `write` asks the database anew for each of them
what depends on it, some ten times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from odoo import api, models

WRITING = "duebell_writing"
"""In the context, while partners are written."""


class Writing:
    """What is being written: names of fields, and ids of those whose fields they are.

    Of `announced` Odoo knows already that it will change; of `changed` it doesn't know yet that it has.
    """

    def __init__(self, values: Mapping[int, Mapping[str, Any]]) -> None:
        self.announced: dict[str, set[int]] = defaultdict(set)
        self.changed: dict[str, set[int]] = defaultdict(set)
        for id_, own in values.items():
            for name in own:
                self.announced[name].add(id_)


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _write_each(self, values: Mapping[int, dict[str, Any]]) -> None:
        """Writes each partner's values, given by its id; what depends on them is looked for once for all."""
        writing = Writing(values)
        for name, ids in writing.announced.items():
            if self.pool.is_modifying_relations(self._fields[name]):
                self.browse(ids).modified([name], before=True)
        partners = self.with_context(**{WRITING: writing}).browse(values)
        partners._read_what_a_write_reads()
        for partner in partners:
            partner.write(values[partner.id])
        for name, ids in writing.changed.items():
            self.browse(ids).modified([name])

    def _read_what_a_write_reads(self) -> None:
        """Odoo goes down to the contacts of each contact, one query each unless they are read already."""
        family = self | self.child_ids
        family.mapped("child_ids")
        family.mapped("user_ids")

    def modified(self, fnames: Collection[str], create: bool = False, before: bool = False) -> None:
        """While each of many is written, says once for all what has changed; of what is created it says so at once."""
        writing = self.env.context.get(WRITING)
        # Whoever calls Odoo may put anything into a context.
        if create or not isinstance(writing, Writing):
            return super().modified(fnames, create=create, before=before)
        if before:
            unknown = [name for name in fnames if not writing.announced[name].issuperset(self._ids)]
            return super().modified(unknown, before=True)
        for name in fnames:
            writing.changed[name].update(self._ids)
        return None
