"""What the files of mutants share: the copy that they are planted in, one for each file."""

from collections.abc import Iterator

import pytest

from tests.mutants.copies import Laboratory


@pytest.fixture(scope="module")
def laboratory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A copy without a mutant, and a process that is ready to run the tests of those that the file plants."""
    with Laboratory(tmp_path_factory.mktemp("mutants"), request.module.PLANTED) as laboratory:
        yield laboratory
