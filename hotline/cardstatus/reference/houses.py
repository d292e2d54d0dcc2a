"""House numbers as a register writes them and as a telephone keys them."""

import re
import unicodedata
from itertools import accumulate

_GROUP = re.compile("[0-9]+")
_ENOUGH_GROUPS = 2


def groups(written: str) -> tuple[str, ...]:
    """The runs of digits of a house number as written: `2-16-3 402` has `2`, `16`, `3` and `402`."""
    return tuple(_GROUP.findall(unicodedata.normalize("NFKC", written)))


def matches(written: str, keyed: str | None) -> bool:
    """Whether what was keyed is this house number, or the leading groups of it.

    Two groups are enough, or the only one. The keyed groups may run together; every `*` stands at the edge of a
    group. None means that the caller skipped it: that matches every house number, also an empty one, which nothing
    else matches.
    """
    if keyed is None:
        return True
    registered = groups(written)
    edges = list(accumulate(map(len, registered)))
    if not edges:
        return False
    keyed_edges = list(accumulate(map(len, keyed.split("*"))))
    return (
        "".join(registered).startswith(keyed.replace("*", ""))
        and {0, *edges}.issuperset(keyed_edges)
        and keyed_edges[-1] >= edges[min(_ENOUGH_GROUPS, len(edges)) - 1]
    )
