"""The socket edge: clinicians' Socket.IO connections end here, and one connection of our own goes to Nightscout."""

from proxy.live.gathering import Gathering
from proxy.live.live import Live
from proxy.live.ports import Desk
from proxy.live.upstream import Bell

__all__ = ["Bell", "Desk", "Gathering", "Live"]
