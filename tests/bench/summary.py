"""The summary: from the navigation to readable in Chromium, what it costs the server, and its PDF; beside them peers.

Cold is the first page of a server that was just started, by who goes on from "Is this your patient?" as soon as it is
there: nothing was read or computed before the PIN. While that was typed, the server loaded what makes pages; such a
reader sees glucose first, and a page that asks again by itself for what Nightscout had not sent yet. Who reads "Is this
your patient?" comes some seconds later. Later is the same page when its rows are older than five seconds, so that the
newest days are read anew; at once is the same page within those seconds. The PDF is of a page that was just shown, as by
a click on it, or later: then its rows are read anew too.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from playwright.async_api import Browser, BrowserContext, async_playwright

from proxy.gate.stock import FRESH_SECONDS
from proxy.report.material import read_material
from proxy.report.summary import summarise
from tests.bench.served import CHROMIUM, Served, served
from tests.bench.subjects import CACHE, PEERS, Subject
from tests.report.oracle.environment import RUNNER, SITE, made

ROUNDS: Final = 5
PEER_ROUNDS: Final = 7
DAYS: Final = 14
TYPING_SECONDS: Final = 4
"""Six digits, read off a paper or a phone."""
WELCOME_SECONDS: Final = 8
DAY_MS: Final = 86_400_000
_STATIC: Final = Path(__file__).parents[2] / "proxy" / "visit" / "static"
_WATCH: Final = """
(function look() {
  var shown = document.querySelector(".ranges-table td strong");
  var last = document.querySelector("footer") || document.querySelector("#withheld");
  if (shown && last && /\\d/.test(shown.textContent)) { window.readableAfter = performance.now(); } else { requestAnimationFrame(look); }
})();
"""
_DEADLINE_MS: Final = 60_000


@dataclass
class Took:
    """Milliseconds, a round each: as seen from outside, and of the server's processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass
class Seen:
    """What was measured of Chaperone, and the page itself for the peers."""

    cold: Took = field(default_factory=Took)
    welcomed: Took = field(default_factory=Took)
    later: Took = field(default_factory=Took)
    at_once: Took = field(default_factory=Took)
    pdf: Took = field(default_factory=Took)
    pdf_later: Took = field(default_factory=Took)
    html: str = ""


def see(url: str, token: str) -> Seen:
    """Measure before a real Nightscout: a new server for each round."""
    return asyncio.run(_seen(url, token))


async def _seen(url: str, token: str) -> Seen:
    seen = Seen()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            for _ in range(ROUNDS):
                for welcomed in (False, True):
                    with served(url, token) as site:
                        await _round(browser, site, seen, welcomed=welcomed)
        finally:
            await browser.close()
    return seen


async def _round(browser: Browser, site: Served, seen: Seen, *, welcomed: bool) -> None:
    minted = await asyncio.to_thread(site.mint)
    address = site.address
    async with httpx.AsyncClient(base_url=address, headers={"Origin": address}) as client:
        await client.get("/visit")
        await asyncio.sleep(TYPING_SECONDS)
        form = {"link": minted["link"], "passcode": minted["passcode"]}
        entered = await client.post("/visit", data=form)
        await client.get(entered.headers["Location"])
        cookies = dict(entered.cookies)
        cookie = {"name": "chaperone", "value": cookies["chaperone"], "url": address}
    context = await browser.new_context(bypass_csp=True)
    await context.add_cookies([cookie])  # type: ignore[list-item]  # a dict with a URL, as documented
    await context.add_init_script(_WATCH)
    try:
        if welcomed:
            await asyncio.sleep(WELCOME_SECONDS)
            await _page(context, site, seen.welcomed)
            return
        for took in (seen.cold, seen.later, seen.at_once):
            if took is seen.later:
                await asyncio.sleep(FRESH_SECONDS + 1)
            seen.html = await _page(context, site, took)
        for took in (Took(), seen.pdf_later, seen.pdf):  # once for nothing: the first loads typst
            await asyncio.sleep(FRESH_SECONDS + 1)  # else it would be the same file
            await _file(cookies, site, took, shown=took is seen.pdf)
    finally:
        await context.close()


async def _page(context: BrowserContext, site: Served, took: Took) -> str:
    page = await context.new_page()
    with _cpu(site.subject, took):
        await page.goto(f"{site.address}/visit/summary", wait_until="commit")
        shown = await page.wait_for_function("() => window.readableAfter", timeout=_DEADLINE_MS)
    took.wall.append(float(await shown.json_value()))
    html = await page.content()
    await page.close()
    return html


async def _file(cookies: dict[str, str], site: Served, took: Took, *, shown: bool = False) -> None:
    """Fetch the PDF, right after the page if that was `shown`: by a plain client, since a browser's is a program away."""
    async with httpx.AsyncClient(base_url=site.address, cookies=cookies, timeout=60) as client:
        if shown:
            await client.get("/visit/summary")
        begun = time.perf_counter()
        with _cpu(site.subject, took):
            answer = await client.get("/visit/files/pdf")
        assert answer.content.startswith(b"%PDF")
        took.wall.append(1000 * (time.perf_counter() - begun))


@contextmanager
def _cpu(subject: Subject, took: Took) -> Iterator[None]:
    assert subject.process is not None
    before = _spent(subject.process.pid)
    yield
    took.cpu.append(_spent(subject.process.pid) - before)


def _spent(pid: int) -> float:
    """Give the milliseconds that all threads of a process have run; clock ticks are too coarse for one page."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6


@dataclass(frozen=True)
class Peers:
    """Milliseconds of CPU, a round each; empty where a peer could not be had."""

    ours: Sequence[float]
    iglu: Sequence[float]
    r_iglu: Sequence[float]
    weasyprint: Sequence[float]


def peers(url: str, token: str, html: str) -> Peers:
    """Let the peers do their part of the same page: iglu, in Python and in R, its figures of glucose, WeasyPrint its PDF."""
    rows = _readings(url, token)
    return Peers(_ours(rows), _iglu(rows), _r_iglu(rows), _weasyprint(html))


def _readings(url: str, token: str) -> list[dict[str, Any]]:
    now = int(time.time() * 1000)
    asked: dict[str, str | int] = {"find[date][$gte]": now - DAYS * DAY_MS, "count": 20_000, "token": token}
    told = httpx.get(f"{url}/api/v1/entries/sgv.json", params=asked, timeout=60).json()
    return [{"type": "sgv", "date": row["date"], "sgv": row["sgv"]} for row in told if "sgv" in row]


def _ours(rows: list[dict[str, Any]]) -> list[float]:
    spent = []
    for _ in range(PEER_ROUNDS):
        begun = time.process_time()
        end = rows[0]["date"] + 1
        material = read_material(entries=rows)
        summarise(
            material,
            start_ms=end - DAYS * DAY_MS,
            end_ms=end,
            zone="UTC",
            now_ms=end,
            floor_ms=end - DAYS * DAY_MS,
        )
        spent.append(1000 * (time.process_time() - begun))
    return spent


def _iglu(rows: list[dict[str, Any]]) -> list[float]:
    try:
        root = made()
    except subprocess.CalledProcessError:
        return []
    source = next(path for path in root.glob("iglu_python-*") if path.is_dir())
    program = [
        sys.executable,
        "-I",
        "-S",
        str(PEERS / "iglu_page.py"),
        str(RUNNER),
        str(source),
        str(SITE),
    ]
    told = _fed(
        [*program, str(PEER_ROUNDS)], json.dumps([(row["date"], row["sgv"]) for row in reversed(rows)])
    )
    return list(json.loads(told)) if told else []


def _r_iglu(rows: list[dict[str, Any]]) -> list[float]:
    """Let R iglu compute the same figures of the same readings, where R has it; its clock is R's own."""
    lines = "".join(f"{row['date']},{row['sgv']}\n" for row in reversed(rows))
    libraries = os.pathsep.join(filter(None, [os.environ.get("R_LIBS", ""), str(CACHE / "r")]))
    told = _fed(
        ["Rscript", str(PEERS / "iglu_page.R"), str(PEER_ROUNDS)],
        f"at,mgdl\n{lines}",
        R_LIBS=libraries,
        TZ="UTC",
    )
    return list(json.loads(told)["spent"]) if told else []


def _weasyprint(html: str) -> list[float]:
    program = CACHE / "weasyprint" / "bin" / "python"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "weasyprint")], check=True)
        pip = [str(program.with_name("pip")), "install", "--quiet", "weasyprint"]
        if subprocess.run(pip, check=False, capture_output=True).returncode != 0:
            return []
    plain = re.sub(r"<script.*?</script>|<link[^>]*>", "", html, flags=re.DOTALL)
    styles = [str(_STATIC / name) for name in ("style.css", "summary.css")]
    told = _fed([str(program), str(PEERS / "weasy_page.py"), str(PEER_ROUNDS), *styles], plain)
    return list(json.loads(told)["spent"]) if told else []


def _fed(command: list[str], text: str, **environ: str) -> str:
    try:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env=os.environ | environ,
        )
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def table(seen: Seen) -> str:
    """Write the medians beside the budgets."""
    lines = ["| what | ms | budget | CPU ms of the server | budget |", "| --- | --- | --- | --- | --- |"]
    for name, took, wall, cpu in (
        ("the page, cold", seen.cold, "1000", "150"),
        ("the page, cold, after the one before it was read", seen.welcomed, "1000", "150"),
        ("the page, later", seen.later, "1000", "150"),
        ("the page, at once", seen.at_once, "1000", "150"),
        ("its PDF, warm: the page was just shown", seen.pdf, "50", ""),
        ("its PDF, later", seen.pdf_later, "", ""),
    ):
        lines.append(
            f"| {name} | **{median(took.wall):.0f}** | {wall} | **{median(took.cpu):.0f}** | {cpu} |"
        )
    return "\n".join(lines) + "\n"


def peers_table(others: Peers) -> str:
    """Write what the peers' part of the same page takes."""
    lines = ["| the same work elsewhere | first, CPU ms | then, CPU ms |", "| --- | --- | --- |"]
    for name, spent in (
        ("glucose figures, curve, days and episodes: Chaperone", others.ours),
        ("glucose figures and episodes: iglu-python", others.iglu),
        ("glucose figures and episodes: R iglu", others.r_iglu),
        ("the page as a PDF: WeasyPrint", others.weasyprint),
    ):
        then = f"{spent[0]:.0f} | {median(spent[1:]):.0f}" if spent else "not installed |"
        lines.append(f"| {name} | {then} |")
    return "\n".join(lines) + "\n"
