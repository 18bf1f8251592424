"""What Nightscout's server computes, private parts included: ``/api/v2/properties``."""

from typing import Any

from proxy.demo.figures_care import care_figures
from proxy.demo.figures_glucose import glucose_figures
from proxy.demo.figures_loop import loop_figures
from proxy.demo.latest import latest
from proxy.demo.site import Site


def all_properties(site: Site, now_ms: int) -> dict[str, Any]:
    """All figures by name, in the order in which Nightscout writes them."""
    known = latest(site, now_ms)
    loop = loop_figures(known)
    return glucose_figures(known) | loop | care_figures(known, loop["iob"])
