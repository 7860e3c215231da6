"""What of a configuration whoever asks may see: secrets are masked for everybody before, personal data here for some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duebell.configuration.comparison import Difference
from duebell.console.access.masking import masked_text
from duebell.console.access.principal import Principal


def shown_options(options: Sequence[dict[str, Any]], asking: Principal) -> list[dict[str, Any]]:
    """A group's options, as `Tree.shown` gives them."""
    return [
        {**one, **{which: masked_text(one[which]) for which in ("value", "in_force", "beneath")}}
        if one["personal"] and not asking.sees_personal_data
        else one
        for one in options
    ]


def shown_differences(found: Sequence[Difference], asking: Principal) -> list[Difference]:
    """Two versions side by side."""
    return [
        replace(one, left=masked_text(one.left), right=masked_text(one.right))
        if one.personal and not asking.sees_personal_data
        else one
        for one in found
    ]
