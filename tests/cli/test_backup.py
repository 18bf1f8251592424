"""`backup` and `restore`."""

import asyncio
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from proxy.core.ports import PASSING
from proxy.house import SITE, clock
from proxy.stores.sqlite import open_sqlite
from tests.cli.place import Place


def test_a_backup_is_for_the_owner_alone(place: Place, tmp_path: Path) -> None:
    place.mint()
    file = tmp_path / "b.tar"
    assert place.run("backup", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in place.data.iterdir() if path.name.startswith("backup-")] == []


def test_restoring_ends_all_access_and_keeps_the_logs(place: Place, tmp_path: Path) -> None:
    waiting, revoked = place.mint(), place.mint()
    file = tmp_path / "b.tar"
    place.run("backup", str(file))
    # After the backup somebody is shut out: putting it back must not let them in again.
    place.run("revoke", revoked["grant_id"])
    shutil.rmtree(place.data)
    said = place.run("restore", str(file), "--json")
    assert (said.code, said.json["ended"]) == (0, 2)
    assert {each["grant_id"]: each["ending"] for each in place.run("grants", "--json").json} == {
        waiting["grant_id"]: "restored",
        revoked["grant_id"]: "restored",
    }
    assert place.run("log", "verify", waiting["grant_id"]).code == 0


def test_restoring_over_data_asks_for_it_and_puts_the_old_aside(place: Place, tmp_path: Path) -> None:
    made, file = place.mint(), tmp_path / "b.tar"
    place.run("backup", str(file))
    place.mint()
    said = place.run("restore", str(file))
    assert said.code == 1
    assert "--replace" in said.err
    assert len(place.run("grants", "--json").json) == 2
    done = place.run("restore", str(file), "--replace", "--json")
    assert [each["grant_id"] for each in place.run("grants", "--json").json] == [made["grant_id"]]
    assert (Path(done.json["put_aside"]) / "chaperone.db").is_file()


def test_keys_come_back_with_the_data(place: Place, tmp_path: Path) -> None:
    place.mint()
    keys, file = place.run("keys", "list", "--json").json, tmp_path / "b.tar"
    place.run("backup", str(file))
    shutil.rmtree(place.data)
    place.run("restore", str(file))
    assert place.run("keys", "list", "--json").json == keys


@pytest.mark.parametrize("kind", ["nothing", "text", "empty", "other", "damaged", "link"])
def test_what_is_no_backup_changes_nothing(place: Place, tmp_path: Path, kind: str) -> None:
    made, file = place.mint(), tmp_path / "b.tar"
    if kind == "text":
        file.write_text("not a backup")
    elif kind == "empty":
        tarfile.open(file, "w").close()
    elif kind in ("other", "link"):
        (tmp_path / "about.json").write_text("{}")
        with tarfile.open(file, "w") as packed:
            packed.add(tmp_path / "about.json", arcname="about.json" if kind == "other" else "../about.json")
    elif kind == "damaged":
        place.run("backup", str(file))
        content = file.read_bytes()
        file.write_bytes(content.replace(b"SQLite format 3", b"SQLite format 9"))
    said = place.run("restore", str(file), "--replace")
    assert said.code == 1
    assert "Traceback" not in said.err
    assert [each["state"] for each in place.run("grants", "--json").json] == ["waiting"]
    assert place.run("grants", "--json").json[0]["grant_id"] == made["grant_id"]


def test_a_backup_overwrites_nothing(place: Place, tmp_path: Path) -> None:
    place.mint()
    file = tmp_path / "b.tar"
    file.write_text("mine")
    assert place.run("backup", str(file)).code == 1
    assert file.read_text() == "mine"


def test_without_data_there_is_nothing_to_back_up(place: Place, tmp_path: Path) -> None:
    said = place.run("backup", str(tmp_path / "b.tar"))
    assert said.code == 1
    assert "no data" in said.err
    assert not (tmp_path / "b.tar").exists()


def test_with_redis_it_says_how_to_back_up(place: Place, tmp_path: Path) -> None:
    said = place.run("backup", str(tmp_path / "b.tar"), CHAPERONE_STORE="redis://127.0.0.1:1")
    assert said.code == 1
    assert "Redis" in said.err


def test_what_the_console_keeps_comes_back_but_no_sign_in_does(place: Place, tmp_path: Path) -> None:
    async def keep() -> None:
        store = await open_sqlite(place.data, site=SITE, clock=clock)
        for kind in ("about-me", f"{PASSING}owner-session"):
            await store.put(kind, "me", b"1", version=None)
        await store.close()

    async def left() -> list[int]:
        store = await open_sqlite(place.data, site=SITE, clock=clock)
        found = [len(await store.documents(kind)) for kind in ("about-me", f"{PASSING}owner-session")]
        await store.close()
        return found

    asyncio.run(keep())
    file = tmp_path / "b.tar"
    assert place.run("backup", str(file)).code == 0
    shutil.rmtree(place.data)
    assert place.run("restore", str(file)).code == 0
    assert asyncio.run(left()) == [1, 0]
