"""A summary of nine invented days, as files are made of it."""

from functools import lru_cache

from proxy.demo import generate
from proxy.report.cover import Cover
from proxy.report.facts import DAY, Material
from proxy.report.material import read_material
from proxy.report.model import Summary
from proxy.report.summary import summarise
from tests.living import NOW

START = NOW - 8 * DAY
ZONE = "Europe/Berlin"
COVER = Cover(
    recipient="Diabetes clinic",
    visit="1a2b3c4d",
    whose="",
    policy="For a clinic visit",
    shown=("Glucose readings", "Insulin: doses, rates and what is on board"),
    withheld=("Names, addresses and serial numbers",),
    units="mg/dL",
    questions=("Why do I go low at five? #panic() $x$ *bold*",),
    remarks=(("2026-11-20", "I was ill <script>alert(1)</script>"),),
)


@lru_cache(maxsize=1)
def material() -> Material:
    site = generate("tests", NOW, days=9)
    return read_material(
        entries=site.collections["entries"],
        treatments=site.collections["treatments"],
        devicestatus=site.devicestatus(site.since, site.until),
        profiles=site.collections["profile"],
    )


@lru_cache(maxsize=1)
def summary() -> Summary:
    return summarise(material(), start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)


def nothing() -> Summary:
    """Give the summary of an empty site."""
    return summarise(read_material(), start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)
