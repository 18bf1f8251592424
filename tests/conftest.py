"""What holds for all tests."""

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a real Nightscout where there is none: such tests are extra, not skipped parts."""
    if os.environ.get("NIGHTSCOUT_URL") and os.environ.get("NIGHTSCOUT_TOKEN"):
        return
    extra = [item for item in items if item.get_closest_marker("nightscout")]
    config.hook.pytest_deselected(items=extra)
    items[:] = [item for item in items if item not in extra]
