"""What is counted of the live feed for those who look after the machine: no grant, no person, no health value."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """Counters of one process: those of the process that has the sockets say something. `seated` counts connections."""

    def __init__(self, registry: CollectorRegistry, seated: Callable[[], int]) -> None:
        self.seats = Gauge("chaperone_live_connections", "Open live connections.", registry=registry)
        self.seats.set_function(seated)
        self.offers = Counter(
            "chaperone_live_offers", "Updates offered, one for each access and update.", registry=registry
        )
        self.refusals = Counter(
            "chaperone_live_refusals", "Live requests refused, by reason.", ("reason",), registry=registry
        )
