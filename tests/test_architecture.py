"""The house: imports run one way, the core waits for nothing, files stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "proxy"
FILES = sorted(HOUSE.rglob("*.py"))
EDGES = {"stores", "gate", "live", "visit", "owner", "demo"}
MAY_IMPORT = {
    "core": set(),
    "locale": {"core"},
    "report": {"core"},
    "forms": set(),
    **{edge: {"core", "report", "locale", "forms"} for edge in EDGES},
    "settings": {"core"},
    "house": {"core", "settings", "stores"},
    "listening": {"core"},
    "forgetting": set(),
    "owner_side": {"core", "house", "listening", "gate", "owner", "visit"},
    "app": {"core", "report", "settings", "house", "listening", "forgetting", "owner_side"} | EDGES,
    "cli": {"core", "report", "locale", "settings", "house", "listening", "app"} | EDGES,
}
NOT_IN_THE_CORE = {
    "aiohttp",
    "asyncio",
    "os",
    "socket",
    "sqlite3",
    "redis",
    "httpx",
    "pathlib",
    "secrets",
    "random",
}
LONGEST = 350


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_run_one_way(path: Path) -> None:
    if room(path) in {"__init__", "__main__", "logs"}:
        return
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("proxy.")}
    assert rooms - {room(path)} <= MAY_IMPORT[room(path)], path


@pytest.mark.parametrize(
    "path", [p for p in FILES if room(p) in {"core", "report"}], ids=lambda path: path.name
)
def test_the_core_knows_no_world(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & NOT_IN_THE_CORE


@pytest.mark.parametrize(
    "path", [p for p in FILES if room(p) in {"core", "report"}], ids=lambda path: path.name
)
def test_the_core_asks_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in ("datetime.now", "time.time", "date.today", "utcnow") if word in text]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_file_outgrows_a_reader(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_only_one_module_reads_tokens() -> None:
    assert [path.name for path in FILES if "jwt" in set(imports(path))] == ["token.py"]
