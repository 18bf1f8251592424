"""The profile that Nightscout's pages are given when none is shared: all zeros, so that they neither redirect nor hang.

Without a profile the dashboard sends its reader to the profile editor, and the reports stop while rendering. This
one says nothing about anyone: no zone (the browser's own is used), no figure but zero, no name.
"""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any, Final

from proxy.core.catalog.profile import SCHEDULES
from proxy.core.view import View

NAME: Final = "-"
_ZERO: Final = ({"time": "00:00", "timeAsSeconds": 0, "value": 0},)
NEUTRAL_PROFILE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "defaultProfile": NAME,
        "startDate": "1970-01-01T00:00:00.000Z",
        "store": {
            NAME: {
                "units": "mg/dl",
                "dia": 0,
                "carbs_hr": 0,
                "delay": 0,
                **{schedule: list(_ZERO) for schedule in SCHEDULES},
            }
        },
    }
)


def profile_for(view: View) -> dict[str, Any] | None:
    """Give the profile that stands in where a view shares none; None where it shares the real one."""
    return None if "profile" in view.lenses else deepcopy(dict(NEUTRAL_PROFILE))
