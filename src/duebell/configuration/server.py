"""The Configuration server: what was typed for each group of each environment, what is in force, and all versions of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from duebell.configuration.activation import activate, activate_group, roll_back, unverified
from duebell.configuration.comparison import Difference, compared
from duebell.configuration.environment import GLOBAL
from duebell.configuration.group import Group
from duebell.configuration.tree import Tree
from duebell.configuration.version import By, GroupPlace, Rows, State, Version, Versions, differing, groups_of, of_group
from duebell.errors import DuebellError, NotConfigured, NotPossible, Unknown

__all__ = ["GLOBAL", "ChangedMeanwhile", "ConfigurationServer"]

Note = Callable[[str, str, str | None], None]
"""Keeps in the audit trail: action, subject, detail."""


class ChangedMeanwhile(DuebellError):
    """Somebody else has changed it since it was looked at; nothing of this change was kept."""

    slug = "changed-meanwhile"
    http_status = 412


class ConfigurationServer:
    """Reads and writes the tree, within one transaction, for somebody (`by`)."""

    def __init__(self, tree: Tree, versions: Versions, by: By, note: Note = lambda *_: None) -> None:
        self.tree = tree
        self._versions = versions
        self._by = by
        self._note = note

    def group(self, environment: str, name: str) -> Group:
        """The declared group of an environment.

        Raises:
            Unknown: no such environment or group.
        """
        return self.tree.group(environment, name)

    # --- the draft and what is in force ---------------------------------------------------------------------------------

    def draft(self, environment: str, name: str) -> dict[str, str]:
        """What was typed, secrets readable, Global's values beneath the environment's."""
        return self.tree.values(self._typed(), environment, name)

    def in_force(self, environment: str, name: str) -> dict[str, str]:
        """What is in force, without defaults; nothing where nothing was applied."""
        return self.tree.values(self._applied(), environment, name)

    def applied(self, environment: str, name: str) -> dict[str, str]:
        """What is in force, complete with defaults.

        Raises:
            NotConfigured: something is missing that it needs.
        """
        group = self.group(environment, name)
        values = self.in_force(environment, name)
        if missing := [option.key for option in group.options if option.required and option.key not in values]:
            raise NotConfigured(
                f"{environment}.{name} is not configured, it lacks {' and '.join(missing)}: set it with "
                f"`duebell configure {environment}.{name} …`, then run `duebell verify {environment}.{name}`."
            )
        return group.complete(values)

    def own(self, environment: str, name: str) -> set[str]:
        """The options that are in force for a group as the environment has them itself, not as Global has."""
        return {key for _, _, key in of_group(self._applied(), (environment, name))}

    def type(
        self, environment: str, name: str, values: Mapping[str, str], *, seen: str | None = None, remark: str | None = None
    ) -> Version:
        """Check and keep what was typed in the draft, cloned from what is in force if there is none; Verify puts it in force.

        `seen` is the tag of the version that whoever types has seen.

        Raises:
            InvalidOptions: all wrong values at once.
            ChangedMeanwhile: it was changed since.
        """
        self._versions.lock()
        self._refuse_unseen(self.current(), seen)
        self.tree.sealed(self._typed(), environment, name, values)  # before a draft is made for nothing
        draft = self._versions.draft()
        if draft is None:
            active = self._versions.active()
            rows = self._versions.values(active.number) if active else {}
            draft = self._versions.add(active, rows, self._by, remark=remark, is_draft=True)
        elif remark:
            self._versions.remark(draft.number, remark, self._by)
        return self._type(draft, environment, name, values)

    def apply(self, environment: str, name: str, verified: Mapping[str, str]) -> Version:
        """Put what was typed for a group in force, if it still is what was verified, and mark it so.

        Raises:
            NotPossible: something else was typed meanwhile.
        """
        self._versions.lock()
        if self.draft(environment, name) != verified:
            raise NotPossible(f"{environment}.{name} was changed while it was verified: verify it again.")
        number = activate_group(self._versions, (environment, name), self._by)
        self._versions.mark(number, (environment, name), self._by)
        self._note("applied a configuration", f"{environment}.{name}", f"It is in force as version {number}.")
        return self.version(number)

    def shown(self, environment: str, name: str) -> list[dict[str, Any]]:
        """Each option as people may see it, as typed in the draft: see `Tree.shown`."""
        return self.tree.shown(self._typed(), self._applied(), environment, name)

    def current(self) -> Version | None:
        """The draft; if there is none, what is in force."""
        return self._versions.draft() or self._versions.active()

    # --- versions -------------------------------------------------------------------------------------------------------

    def versions(self) -> Sequence[Version]:
        """The newest first."""
        return self._versions.all()

    def active(self) -> Version:
        """The version that is in force.

        Raises:
            NotConfigured: nothing was applied yet.
        """
        found = self._versions.active()
        if found is None:
            raise NotConfigured("No version is in force yet: `duebell configure` and `duebell verify` make the first.")
        return found

    def version(self, number: int) -> Version:
        """One version.

        Raises:
            Unknown: there is none of this number.
        """
        found = self._versions.find(number)
        if found is None:
            raise Unknown(f"There is no version {number}: `duebell configuration versions` lists them.")
        return found

    def held(self, number: int) -> Rows:
        """All that a version holds, secrets sealed."""
        return self._versions.values(self.version(number).number)

    def verified(self, number: int) -> Mapping[GroupPlace, By]:
        """The groups of a version that passed Verify as they are in it."""
        return self._versions.verified(self.version(number).number)

    def values(self, number: int, environment: str, name: str) -> dict[str, str]:
        """What a version has for a group, secrets readable."""
        return self.tree.values(self.held(number), environment, name)

    def shown_in(self, number: int, environment: str, name: str) -> list[dict[str, Any]]:
        """Each option as people may see it, as it is in a version."""
        return self.tree.shown(self.held(number), self._applied(), environment, name)

    def create(self, remark: str | None = None) -> Version:
        """An empty version."""
        return self._added(None, {}, remark)

    def clone(self, number: int, remark: str | None = None) -> Version:
        """A version like another one, to be edited."""
        return self._added(self.version(number), self.held(number), remark)

    def edit(
        self, number: int, environment: str, name: str, values: Mapping[str, str], *, seen: str | None = None
    ) -> Version:
        """Change a group of an inactive version.

        Raises:
            InvalidOptions: all wrong values at once.
            ChangedMeanwhile: it was changed since.
            NotPossible: it is the active version or the backup.
        """
        return self._type(self._editable(number, seen), environment, name, values)

    def describe(self, number: int, remark: str | None, *, seen: str | None = None) -> Version:
        """Say why an inactive version is there."""
        self._editable(number, seen)
        self._versions.remark(number, remark or None, self._by)
        return self.version(number)

    def delete(self, number: int, *, seen: str | None = None) -> None:
        """Delete an inactive version."""
        self._editable(number, seen)
        self._versions.remove(number)
        self._note("deleted a version", f"version {number}", None)

    def mark(self, number: int, environment: str, name: str, verified: Mapping[str, str]) -> None:
        """Note that a version's group passed Verify, if it still is what was verified.

        Raises:
            NotPossible: it was changed meanwhile.
        """
        self._versions.lock()
        if self.values(number, environment, name) != verified:
            raise NotPossible(
                f"{environment}.{name} of version {number} was changed while it was verified: verify it again."
            )
        self._versions.mark(number, (environment, name), self._by)

    def unverified(self, number: int) -> list[GroupPlace]:
        """The groups that have to pass Verify before a version may be applied."""
        return unverified(self._versions, self.version(number).number)

    def apply_version(self, number: int, *, seen: str | None = None) -> set[GroupPlace]:
        """Put an inactive version in force as a whole; the groups that changed.

        Raises:
            NotPossible: it isn't inactive, or a group that it changes hasn't passed Verify.
            ChangedMeanwhile: it was changed since.
        """
        self._editable(number, seen, to="applied: it is in force, or one click (roll back) brings it back")
        missing = [f"{environment}.{name}" for environment, name in self.unverified(number)]
        if missing:
            raise NotPossible(f"Version {number} can't be applied before Verify has passed for {', '.join(missing)} in it.")
        before = self._applied()
        activate(self._versions, number, self._by)
        self._note("applied a configuration", f"version {number}", None)
        return groups_of(differing(before, self._applied()))

    def roll_back(self) -> set[GroupPlace]:
        """Let the backup and the active version change places; the groups that changed.

        Raises:
            NotPossible: there is no backup.
        """
        self._versions.lock()
        before = self._applied()
        active = roll_back(self._versions, self._by)
        self._note("rolled back the configuration", f"version {active.number}", None)
        return groups_of(differing(before, self._applied()))

    def replace_secret(self, environment: str, name: str, key: str, former: str) -> None:
        """Let each version that holds this former secret hold the one that is in force, so that none brings back what has ended.

        It is no edit: what was verified stays so, for whoever replaced the secret has verified the new one.
        """
        place = (environment, name, key)
        self._versions.lock()
        new = self._applied().get(place)
        held = {one.number: self._versions.values(one.number) for one in self._versions.all()}
        numbers = [number for number, rows in sorted(held.items()) if self.tree.readable(rows, place) == former]
        if new is None or not numbers:
            return
        for number in numbers:
            self._versions.replace(number, place, new)
        kept = f"version {numbers[0]}" if len(numbers) == 1 else f"versions {', '.join(map(str, numbers))}"
        self._note("put a changed key into other versions", ".".join(place), f"It replaced the one that ended in {kept}.")

    def compare(self, left: int, right: int) -> list[Difference]:
        """Every option that one of two versions has, side by side."""
        return compared(self.tree, self.held(left), self.held(right))

    def export(self, number: int, *, personal: bool = True) -> dict[str, dict[str, dict[str, str]]]:
        """A version's values by environment, group and key, without secrets; without `personal` data too, if so asked."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for place, text in sorted(self.held(number).items()):
            if not self.tree.is_secret(place) and (personal or not self.tree.is_personal(place)):
                environment, name, key = place
                found.setdefault(environment, {}).setdefault(name, {})[key] = text
        return found

    # --- all groups -----------------------------------------------------------------------------------------------------

    def overview(self) -> list[dict[str, Any]]:
        """Each group of each environment: whether it is configured, what was typed and not applied, when it was verified."""
        typed, in_force = self._typed(), self._applied()
        active = self._versions.active()
        marks = self._versions.verified(active.number) if active else {}
        changed = groups_of(differing(typed, in_force))
        return [
            {
                "environment": environment,
                "group": name,
                "title": self.tree.groups[name].title,
                "configured": self.tree.is_complete(in_force, environment, name),
                "options_set": len(of_group(in_force, (environment, name))),
                "changed": (environment, name) in changed,
                "verified": marks.get((environment, name)),
            }
            for environment, name in self.tree.places()
        ]

    def _type(self, version: Version, environment: str, name: str, values: Mapping[str, str]) -> Version:
        rows = self._versions.values(version.number)
        self._versions.write(version.number, self.tree.sealed(rows, environment, name, values), self._by)
        self._note("typed a configuration", f"{environment}.{name}", f"{', '.join(values)} in version {version.number}.")
        return self.version(version.number)

    def _added(self, like: Version | None, rows: Rows, remark: str | None) -> Version:
        self._versions.lock()
        added = self._versions.add(like, rows, self._by, remark=remark, is_draft=False)
        self._note("made a version", f"version {added.number}", f"Cloned from version {like.number}." if like else None)
        return added

    def _editable(
        self, number: int, seen: str | None, *, to: str = "changed nor deleted: clone it, and edit the clone"
    ) -> Version:
        self._versions.lock()
        version = self.version(number)
        if version.state is not State.INACTIVE:
            raise NotPossible(f"Version {number} is {version.state}, and can't be {to}.")
        self._refuse_unseen(version, seen)
        return version

    def _refuse_unseen(self, version: Version | None, seen: str | None) -> None:
        if seen is not None and (version is None or version.tag != seen):
            by = (version and (version.edited_by or version.made_by)) or "somebody else"
            raise ChangedMeanwhile(
                f"The configuration was changed meanwhile, by {by}: look at it again, then make your change."
            )

    def _typed(self) -> Rows:
        current = self.current()
        return self._versions.values(current.number) if current else {}

    def _applied(self) -> Rows:
        active = self._versions.active()
        return self._versions.values(active.number) if active else {}
