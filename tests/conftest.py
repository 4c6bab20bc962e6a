import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers share two cores with everything else: what fails in one is tried once more, and the summary says so."""
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.flaky(reruns=1))
