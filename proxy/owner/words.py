"""Sentences for the owner: marked here, put into the reader's language by the templates.

A sentence is a constant. What varies goes into it by name, `%(name)s`, when it is shown: a template marks a
translated sentence as safe HTML, so a person's own text must never be part of the sentence itself.
"""

from dataclasses import dataclass, field
from typing import Any

from proxy.core.tongue import _

__all__ = ["Said", "_"]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what goes into it: `{{ say(it) }}` in a template."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
