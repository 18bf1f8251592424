"""Whether the site can be read: told after a while only, since a Nightscout that starts anew needs a moment."""

from typing import Final

AWAY_SECONDS: Final = 6.0


class Reach:
    """Of one view. Times are the event loop's, in seconds; what lasts less than `patience` is not told of."""

    def __init__(self, patience: float = AWAY_SECONDS) -> None:
        self._patience = patience
        self.is_away = False
        self._failing_since: float | None = None

    def note(self, *, failed: bool, began: float, now: float) -> bool:
        """Note how a reading that began then went, or still goes; say whether what is to be told has changed with it."""
        before = self.is_away
        if not failed:
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = began
        since = self._failing_since
        self.is_away = since is not None and now - since >= self._patience
        return self.is_away is not before
