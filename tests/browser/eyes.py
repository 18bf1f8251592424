"""axe-core on the pages of a window: at phone and desktop width, light and dark; and pictures where somebody wants some."""

import os
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Page, ViewportSize

SERIOUS: Final = ("serious", "critical")
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
Scheme = Literal["light", "dark"]
# Colours hang on the scheme and layout on the width, neither on the other: two looks are enough for axe.
_LOOKS: Final[tuple[tuple[str, ViewportSize, Scheme], ...]] = (
    ("phone-light", PHONE, "light"),
    ("desktop-dark", DESKTOP, "dark"),
)
PICTURES: Final[tuple[tuple[str, ViewportSize, Scheme], ...]] = (
    *_LOOKS,
    ("desktop-light", DESKTOP, "light"),
    ("phone-dark", PHONE, "dark"),
)
_RUN: Final = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(each => [each.id, each.impact, each.nodes.map(node => node.target.join(" ")).join(", ")])"""


@dataclass
class Eyes:
    """Looks at a page as it stands. The page needs `bypass_csp`: ours let no script of others run."""

    page: Page
    axe: str = field(
        default_factory=lambda: (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    )
    found: list[str] = field(default_factory=list)
    """What is wrong, a line each."""

    async def look(self, name: str) -> None:
        """Look at the page under a name of ours; it is not loaded again."""
        page = self.page
        if not await page.evaluate("typeof axe === 'object'"):
            await page.evaluate(self.axe)
        for variant, size, scheme in _LOOKS:
            await page.set_viewport_size(size)
            await page.emulate_media(color_scheme=scheme)
            for rule, impact, where in await page.evaluate(_RUN):
                if impact in SERIOUS:
                    self.found.append(f"{name} ({variant}): {rule} at {where}")
            wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                self.found.append(f"{name} ({variant}): {wide} px too wide")
        folder = os.environ.get("CHAPERONE_PICTURES")
        if folder:
            await self._pictures(Path(folder), name)

    async def _pictures(self, folder: Path, name: str) -> None:
        for variant, size, scheme in PICTURES:
            await self.page.set_viewport_size(size)
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.screenshot(path=folder / f"{name}-{variant}.png", full_page=True)
