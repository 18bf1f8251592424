"""What is counted for those who look after the machine."""

from prometheus_client import generate_latest

from tests.live.place import Place, reading
from tests.living import NOW


async def test_connections_offers_and_refusals_are_counted_without_names(place: Place) -> None:
    _, browser = await place.watch()
    await place.change(reading(NOW - 60_000))
    await browser.until("dataUpdate", 2)
    async with place.life.get("/socket.io/?EIO=3&transport=polling") as response:
        assert response.status == 400
    told = generate_latest(place.life.gate.metrics.registry).decode()
    for line in (
        "chaperone_live_connections 1.0",
        "chaperone_live_offers_total 1.0",
        'chaperone_live_refusals_total{reason="bad_version"} 1.0',
    ):
        assert line in told.splitlines()
