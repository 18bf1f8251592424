"""On a real Nightscout: its socket rings, and what clinicians get holds no canary of the seeded site."""

import hashlib
import os
import time

import pytest

from tests.live.place import opened, reading

URL, TOKEN = os.environ.get("NIGHTSCOUT_URL", ""), os.environ.get("NIGHTSCOUT_TOKEN", "")
SECRET = os.environ.get("API_SECRET", "")
pytestmark = [
    pytest.mark.nightscout,
    pytest.mark.skipif(not URL or not TOKEN, reason="set NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN"),
]


@pytest.mark.parametrize("policy", ["consultant", "cgm-only", "unnamed", "full-loop"])
async def test_a_real_site_is_shown_live_and_without_its_canaries(policy: str) -> None:
    async with opened(real=(URL, TOKEN)) as place:
        place.life.clock.now = time.time_ns() // 1_000_000
        _, browser = await place.watch(policy)
        await browser.ask("loadRetro", {"loadedMills": 0})
        assert browser.named("dataUpdate")[0]["sgvs"]
        assert "CANARY" not in str(browser.heard)
        assert TOKEN not in str(browser.heard)


@pytest.mark.skipif(not SECRET, reason="set API_SECRET to let the test write a reading")
async def test_a_reading_written_there_arrives_here() -> None:
    async with opened(real=(URL, TOKEN)) as place:
        now = time.time_ns() // 1_000_000
        place.life.clock.now = now + 1_000
        _, browser = await place.watch()
        row = reading(now, 142, dateString=time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()))
        del row["_id"]
        headers = {"api-secret": hashlib.sha1(SECRET.encode()).hexdigest()}
        async with place.life.session.post(f"{URL}/api/v1/entries.json", json=[row], headers=headers) as done:
            assert done.status == 200
        update = await browser.until("dataUpdate", 2, seconds=15)
        assert {"mgdl": 142, "mills": now}.items() <= update["sgvs"][-1].items()
        assert "CANARY" not in str(browser.heard)
