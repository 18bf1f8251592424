"""What doctor finds: a check, how it came out, and what to do."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `advice` says what to do, and is empty if all is well."""

    check: str
    level: Level
    message: str
    advice: str = ""

    def as_object(self) -> dict[str, Any]:
        """Give it with stable keys."""
        return asdict(self)

    def as_text(self) -> str:
        """Give it as a line, and what to do below it."""
        line = f"{self.level:<8} {self.check:<14} {self.message}"
        return f"{line}\n{'':<24}→ {self.advice}" if self.advice else line


def fine(check: str, message: str) -> Finding:
    """Say that all is well."""
    return Finding(check, "ok", message)


def warning(check: str, message: str, advice: str) -> Finding:
    """Say that something could be better, or could not be seen."""
    return Finding(check, "warning", message, advice)


def fault(check: str, message: str, advice: str) -> Finding:
    """Say that something is wrong."""
    return Finding(check, "fault", message, advice)
