"""Half a minute of what `make soak` does for an hour, with readings in quicker succession."""

from pathlib import Path

import pytest

from tests.soak.soak import Wishes, soak


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_after_half_a_minute_of_a_hundred_clinicians_nothing_is_left_behind(tmp_path: Path) -> None:
    # Other tests run beside it: who is cut because a worker got no turn for a second may come back.
    seen = await soak(tmp_path, Wishes(minutes=0.5, clinicians=100, every=1.5, busy=True))
    assert not seen.faults, "\n".join(seen.lines)
