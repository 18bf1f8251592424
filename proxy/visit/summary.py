"""The summary: the first page after the PIN, the same as text, and one day of it.

Each view is on record before it leaves, and what it is made of is whatever the grant shows at that moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from aiohttp import web

from proxy.core.errors import GrantEnded
from proxy.core.headers import PRIVATE
from proxy.core.policy import Policy
from proxy.core.study import Study, days_offered
from proxy.locale.marked import _
from proxy.report.glossary import explained
from proxy.report.localtime import local_time
from proxy.report.targets import TARGETS
from proxy.report.words import UNITS
from proxy.report.words_lists import MOST_LISTED
from proxy.report.words_text import as_text
from proxy.visit import ahead, pages
from proxy.visit.asked import Asking, asking_of
from proxy.visit.browser import SignedIn, signed_in
from proxy.visit.choices import Choice, keep_units, read_choice
from proxy.visit.day_page import day_page_of
from proxy.visit.files_offered import files_offered
from proxy.visit.home import nobody, show_end
from proxy.visit.own_zone import in_zone, own_zone
from proxy.visit.reckoning import day_of
from proxy.visit.remarks import as_lines, remarks_of
from proxy.visit.studies import Studies
from proxy.visit.summary_page import page_of
from proxy.visit.visit import Visit
from proxy.visit.whole import whole

AGAIN_SECONDS: Final = 4
HOME: Final = "/visit/home"
TARGET_NAMES: Final = {"standard": "standard", "older": "older or high risk", "pregnancy": "pregnancy"}
TOO_MANY: Final = _("Too many requests in a short time. Wait a moment, then reload the page.")
NO_DAY: Final = _(
    "This day is not among the days that are shared. Go back to the summary and choose one there."
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, for what, and what they may see."""

    visit: Visit
    studies: Studies
    request: web.Request
    found: SignedIn
    policy: Policy
    offered: tuple[int, ...]
    choice: Choice
    asking: Asking
    zone: str = ""
    """The reader's own time zone; empty where that does not count."""

    async def study(self) -> Study:
        """Read the rows of the days that were chosen, as far as they come in time."""
        return in_zone(await self.studies.study(self.found.grant, self.choice.days), self.zone)

    async def send(self, response: web.Response, study: Any, query: str) -> web.Response:
        """Put an answer on record, then let it go."""
        assert isinstance(response.body, bytes)
        keep_units(self.request, response, self.choice, secure=self.visit.cookie.secure)
        await self.studies.record(self.request, self.found.grant, study, response.body, query)
        return response

    async def values(self) -> dict[str, Any]:
        """Give what every page of the summary prints."""
        grant = self.found.grant
        return {
            "grant": grant,
            "shared": await self.visit.shared(grant),
            "csrf": self.found.session.csrf,
            "choice": self.choice,
            "offered": self.offered,
            "all_targets": tuple(TARGETS.values()),
            "all_units": UNITS,
            "target_names": TARGET_NAMES,
            "most_listed": MOST_LISTED,
            "asking": self.asking,
            "files": files_offered(self.policy, self.choice),
            "remarks": await remarks_of(self.visit.store, grant),
            "explained": explained(),
        }


async def summary(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/summary."""
    return await for_reader(visit, request, _page)


async def as_file(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/summary.txt."""
    return await for_reader(visit, request, _text)


async def day(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/summary/day/2026-11-21."""
    return await for_reader(visit, request, _day)


async def for_reader(
    visit: Visit, request: web.Request, answer: Callable[[Reader], Awaitable[web.Response]]
) -> web.Response:
    """Check who asks, and that there is something to show; then show it, or the end of it."""
    # What the page asks again by itself keeps no session awake.
    found = await signed_in(visit, request, input_by_person="again" not in request.query)
    if found is None:
        return nobody(visit, request)
    if found.grant.state(visit.clock()) == "ended":
        return await show_end(visit, request, found.grant, status=401)
    studies = visit.studies
    offered = () if studies is None else days_offered(found.grant, studies.policy(found.grant))
    if studies is None or not offered:
        return pages.see_other(HOME)
    if not await studies.admits(request, found.grant):
        return pages.message(_("One moment"), TOO_MANY, status=429, request_id=visit.request_id(request))
    usual = (await visit.shared(found.grant)).units
    policy, choice = studies.policy(found.grant), read_choice(request, offered, usual)
    asking = await asking_of(visit, found.grant, choice.address())
    try:
        zone = own_zone(request, policy)
        return await answer(Reader(visit, studies, request, found, policy, offered, choice, asking, zone))
    except GrantEnded:
        grant = await visit.store.grant(found.grant.id) or found.grant
        return await show_end(visit, request, grant, status=401)


async def _page(reader: Reader) -> web.Response:
    visit, choice, policy = reader.visit, reader.choice, reader.policy
    study = await reader.study()
    values = await reader.values()
    now = visit.clock()

    def rendered() -> str:
        one = visit.remembered.summary(study, choice, policy, now=now)
        text = as_text(
            one, choice.units, withheld=values["shared"].withheld, unread=study.late | study.failed
        )
        text += as_lines(values["remarks"])
        return pages.render("summary.html", page=page_of(one, study, policy, choice), text=text, **values)

    response = pages.html(await asyncio.to_thread(rendered), headers=reader.asking.headers)
    if study.late or study.comparison_late:
        response.headers["Refresh"] = f"{AGAIN_SECONDS};url={choice.address()}&again=1"
    sent = await reader.send(response, study, f"page {choice.words}")
    if study.late or study.comparison_late:
        # What comes meanwhile is computed meanwhile: for the page that asks again.
        ahead.begin(visit, reader.found.grant, choice.days)
    return sent


async def _text(reader: Reader) -> web.Response:
    visit, choice = reader.visit, reader.choice
    study = await whole(reader.study)
    withheld, now = visit.describe(reader.found.grant).withheld, visit.clock()
    said = as_lines(await remarks_of(visit.store, reader.found.grant))

    def written() -> str:
        one = visit.remembered.summary(study, choice, reader.policy, now=now)
        return as_text(one, choice.units, withheld=withheld, unread=study.late | study.failed) + said

    text = await asyncio.to_thread(written)
    response = web.Response(text=text, content_type="text/plain", charset="utf-8", headers=dict(PRIVATE))
    return await reader.send(response, study, f"text {choice.words}")


async def _day(reader: Reader) -> web.Response:
    wanted = _date(reader.request.match_info["day"])
    window = None if wanted is None else _window(reader, wanted)
    if wanted is None or window is None or reader.policy.detail != "full":
        request_id = reader.visit.request_id(reader.request)
        return pages.message(_("Not shown"), NO_DAY, status=404, request_id=request_id, to_summary=True)
    study = await reader.studies.day(reader.found.grant, *window)
    study = replace(study, zone=reader.zone or study.zone)
    now, values = reader.visit.clock(), await reader.values()

    def rendered() -> str:
        view = day_of(study, wanted, reader.policy, now=now)
        page = day_page_of(view, study, reader.policy, reader.choice)
        return pages.render("summary_day.html", page=page, **values)

    response = pages.html(await asyncio.to_thread(rendered))
    return await reader.send(response, study, f"day {wanted.isoformat()} units={reader.choice.units}")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _window(reader: Reader, wanted: date) -> tuple[int, int] | None:
    """Give a local day that lies in the window; None for any other."""
    window = reader.studies.window(reader.found.grant)
    close = window.close(reader.visit.clock())
    zone = reader.zone or reader.studies.zone(reader.found.grant)
    days = local_time(zone, window.since, close).days(window.since, close)
    return next(((one.start_ms, one.end_ms) for one in days if one.day == wanted), None)
