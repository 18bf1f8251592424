"""All treatments of a day."""

from typing import Any

from proxy.demo.diary import Diary
from proxy.demo.life import write_life
from proxy.demo.pump_log import write_pump_log
from proxy.demo.table import write_table


def treatments_of_day(seed: str, day: int) -> list[dict[str, Any]]:
    """All treatments of a UTC day, oldest first."""
    diary = Diary(seed, day)
    write_pump_log(diary)
    write_table(diary)
    write_life(diary)
    return diary.pages()
