"""A Nightscout stand-in: ninety days of an invented looper, and a server that answers as 15.0.7 does.

`generate` makes a site, `tick` lets time pass, `make_app` serves it (and `SOCKETS` is its live feed), `manifest` says
what must not leak.
"""

from proxy.demo.app import API_SECRET, SOCKETS, TOKEN, make_app
from proxy.demo.canary import manifest
from proxy.demo.site import Site, generate, tick
from proxy.demo.sockets import Sockets

__all__ = ["API_SECRET", "SOCKETS", "TOKEN", "Site", "Sockets", "generate", "make_app", "manifest", "tick"]
