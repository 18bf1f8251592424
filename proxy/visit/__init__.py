"""The clinician's own pages: the entry by link or code and PIN, what is shared, and the end of a visit."""

from proxy.visit.routes import front_door, routes
from proxy.visit.visit import Shared, Visit

__all__ = ["Shared", "Visit", "front_door", "routes"]
