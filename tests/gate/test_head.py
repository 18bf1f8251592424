"""HEAD: the headers that GET would have, none of its bytes, and on record as what it was."""

import msgspec
import pytest

from proxy.core.instants import written
from proxy.core.record import Draft
from proxy.gate import lookup
from tests.living import HOUR, NOW, living
from tests.promises.still import StillSite, still

SHORT = "/api/v1/entries.json?count=10"
LONG = "/api/v1/devicestatus.json?find[created_at][$gte]=2026-08-20T00:00:00.000Z&count=50000"
ROWS_A_DAY = 2_000
OF_THE_MOMENT = {"Date", "X-Request-Id"}


@pytest.fixture(scope="module")
def large() -> StillSite:
    """Give a site whose device status is made of copies: more than is built whole."""
    site = still(days=1)
    model = max(site.collections["devicestatus"], key=lambda row: len(str(row)) if "openaps" in row else 0)
    site.collections["devicestatus"] = [
        model | {"_id": f"{number:024x}", "created_at": written(NOW - number * 24 * HOUR // ROWS_A_DAY)}
        for number in range(14 * ROWS_A_DAY)
    ]
    return site


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_head_of_a_long_answer_has_the_headers_of_its_beginning_and_no_more(
    large: StillSite, coding: str
) -> None:
    async with living(large) as house:
        access = await house.mint("full-loop", days=90)
        asked = {"Accept-Encoding": coding}
        async with house.get(LONG, access, headers=asked, method="HEAD") as response:
            head = response.headers
            assert response.status == 200
            assert await response.read() == b""
        async with house.get(LONG, access, headers=asked) as response:
            got = response.headers
        assert head.keys() == got.keys() - {"Transfer-Encoding"}
        assert all(head[name] == got[name] for name in head.keys() - OF_THE_MOMENT)
        assert not head.keys() & {"Content-Length", "ETag"}


async def test_head_of_a_long_answer_is_on_record_and_reads_no_further(large: StillSite) -> None:
    async with living(large) as house:
        access = await house.mint("full-loop", days=90)
        async with house.get(LONG, access, method="HEAD") as response:
            assert response.status == 200
        last = msgspec.json.decode((await house.log(access))[-1])
        assert (last["kind"], last["method"], last["rows"], last["bytes"]) == ("answer", "HEAD", 0, 0)
        assert "devicestatus" in last["query"]
        everything = len(msgspec.json.encode(large.collections["devicestatus"]))
        read = house.gate.metrics.registry.get_sample_value("chaperone_upstream_bytes_total")
        assert read is not None
        assert lookup.WHOLE < read < everything * 0.8


async def test_head_of_a_short_answer_has_its_length_and_tag_and_says_that_it_was_head() -> None:
    async with living(days=2) as house:
        access = await house.mint()
        async with house.get(SHORT, access, method="HEAD") as response:
            head = response.headers
            assert await response.read() == b""
        async with house.get(SHORT, access) as response:
            got = response.headers
        assert (head["Content-Length"], head["ETag"]) == (got["Content-Length"], got["ETag"])
        methods = [msgspec.json.decode(body).get("method") for body in (await house.log(access))[-2:]]
        assert methods == ["HEAD", None]


async def test_head_of_a_long_answer_is_refused_once_the_access_has_ended(large: StillSite) -> None:
    async with living(large) as house:
        access = await house.mint("full-loop", days=90)
        await house.json("/api/v1/status.json", access)
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {}))
        async with house.get(LONG, access, method="HEAD") as response:
            assert response.status == 401
