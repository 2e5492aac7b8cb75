"""What in a commune's profile contradicts itself, and what is allowed but surely not meant.

Looks at the file as it is written, before it is known to have the right shape, so that one run tells an office
everything that is wrong. What has the wrong type is passed over here; the profile's own types object to it.
"""

from collections.abc import Iterator

from shared.commune_checks import approval, people, schedule, signing
from shared.commune_checks.looking import Data
from shared.commune_checks.schedule import Lengths
from shared.strict_yaml import Finding


def contradictions(data: Data) -> Iterator[Finding]:
    """What makes a profile unusable."""
    for check in (
        *people.CONTRADICTIONS,
        *approval.CONTRADICTIONS,
        *schedule.CONTRADICTIONS,
        *signing.CONTRADICTIONS,
    ):
        yield from check(data)


def remarks(data: Data, defaults: Lengths) -> Iterator[Finding]:
    """What an office should look at again, and may leave as it is.

    Args:
        data: the file.
        defaults: the terms that hold where the file gives none.
    """
    for check in (*people.REMARKS, *approval.REMARKS, *schedule.REMARKS, *signing.REMARKS):
        yield from check(data)
    yield from schedule.closed_before_it_is_known(data, defaults)


__all__ = ["Lengths", "contradictions", "remarks"]
