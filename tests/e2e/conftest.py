"""One installation that the tests of this package share: whoever ends a process for good makes one of its own."""

from collections.abc import Iterator

import pytest

from tests.e2e.house import House, house

CUSTOMERS = 200


@pytest.fixture(scope="package")
def shared_house() -> Iterator[House]:
    """A serving installation. Seats 21 and 22 are for strangers, 31 to 33 for honest ones, 33 for one alone."""
    with house(CUSTOMERS) as found:
        yield found
