"""What is counted for those who look after the machine: no grant, no person, no health value."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """Counters of one process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.answers = Counter(
            "chaperone_answers",
            "Answers given, by door and status.",
            ("door", "status"),
            registry=self.registry,
        )
        self._answered: dict[tuple[str, int], Counter] = {}
        self.refusals = Counter(
            "chaperone_refusals", "Refusals, by reason.", ("reason",), registry=self.registry
        )
        self.upstream_bytes = Counter(
            "chaperone_upstream_bytes", "Bytes that Nightscout sent.", registry=self.registry
        )
        self.upstream_seconds = Histogram(
            "chaperone_upstream_seconds",
            "Time that Nightscout took for an answer.",
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
            registry=self.registry,
        )

    def answered(self, door: str, status: int) -> None:
        """Count an answer; doors and statuses are a few."""
        counter = self._answered.get((door, status))
        if counter is None:
            counter = self._answered[door, status] = self.answers.labels(door, str(status))
        counter.inc()
