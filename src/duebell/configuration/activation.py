"""What becomes of versions when another one is put in force."""

from __future__ import annotations

from duebell.configuration.version import By, GroupPlace, State, Version, Versions, differing, groups_of, of_group
from duebell.errors import NotPossible


def activate(versions: Versions, number: int, by: By) -> None:
    """Put an inactive version in force: the active one becomes the backup, the backup inactive. The draft follows."""
    active, backup = versions.active(), versions.backup()
    if backup:
        versions.move(backup.number, State.INACTIVE)
    if active:
        versions.move(active.number, State.BACKUP)
    versions.put_in_force(number, by)
    _draft_follows(versions, active, number, by)


def roll_back(versions: Versions, by: By) -> Version:
    """Let the backup and the active version change places; the one that is in force now.

    Raises:
        NotPossible: there is no backup.
    """
    active, backup = versions.active(), versions.backup()
    if active is None or backup is None:
        raise NotPossible("There is nothing to roll back to: no version was in force before this one.")
    versions.move(active.number, State.INACTIVE)
    versions.put_in_force(backup.number, by)
    versions.move(active.number, State.BACKUP)
    _draft_follows(versions, active, backup.number, by)
    return backup


def activate_group(versions: Versions, group: GroupPlace, by: By) -> int:
    """Put one group of the draft in force, and nothing else of it; the number of the version that is in force now."""
    active, draft = versions.active(), versions.draft()
    if draft is None:
        if active is not None:
            return active.number
        draft = versions.add(None, {}, by, remark=None, is_draft=False)
    before = versions.values(active.number) if active else {}
    typed = versions.values(draft.number)
    changed = groups_of(differing(before, typed))
    if active and group not in changed:
        return active.number
    number = draft.number
    if changed - {group}:
        kept = {place: value for place, value in before.items() if place[:2] != group}
        only = versions.add(active, kept | of_group(typed, group), by, remark=draft.remark, is_draft=False)
        number = only.number
        if draft.remark:
            versions.remark(draft.number, None, by)  # it was why this group changed
    activate(versions, number, by)
    return number


def unverified(versions: Versions, number: int) -> list[GroupPlace]:
    """The groups that differ from what is in force and haven't passed Verify as they are here; one without values has nothing to prove."""
    active = versions.active()
    values, marked = versions.values(number), versions.verified(number)
    changed = differing(versions.values(active.number) if active else {}, values)
    return sorted(group for group in groups_of(changed) - marked.keys() if of_group(values, group))


def _draft_follows(versions: Versions, before: Version | None, number: int, by: By) -> None:
    """Where the draft was as what is no more in force, it is as what is now: applying it must not undo others' changes."""
    draft = versions.draft()
    if draft is None:
        return
    old, new = versions.values(before.number) if before else {}, versions.values(number)
    typed = versions.values(draft.number)
    followed = {place: new.get(place, "") for place in differing(old, new) if typed.get(place) == old.get(place)}
    if followed:
        versions.write(draft.number, followed, by)
    if versions.values(draft.number) == new:
        versions.remove(draft.number)
