"""A study for a file: a page asks again for what had not come yet, a file is asked for once."""

from collections.abc import Awaitable, Callable
from typing import Final

from proxy.core.study import Study

_TRIES: Final = 50
"""Each waits up to half a second."""
_TRIES_TO_COMPARE: Final = 20
"""A file without the comparison is better than none."""


async def whole(read: Callable[[], Awaitable[Study]]) -> Study:
    """Read until all has come, or Nightscout has refused; `is_whole` says which."""
    study = await read()
    for tried in range(1, _TRIES):
        is_enough = study.is_whole and (not study.lacks_comparison or tried >= _TRIES_TO_COMPARE)
        if study.failed or is_enough:
            break
        study = await read()
    return study
