"""A minute of what `make soak` does for an hour."""

from pathlib import Path

import pytest

from tests.soak.soak import Wishes, soak


@pytest.mark.timeout(400)
async def test_after_a_minute_of_two_hundred_clinicians_nothing_is_left_behind(tmp_path: Path) -> None:
    seen = await soak(tmp_path, Wishes(minutes=1, every=3))
    assert not seen.faults, "\n".join(seen.lines)
