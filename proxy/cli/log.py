"""`log`, `log verify`, `receipt`: what was asked, whether the log is whole, and the proof of it."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proxy.cli.frame import (
    FAULT,
    AsJson,
    Commands,
    GrantId,
    Refused,
    answer,
    complain,
    make_group,
    run,
    settings,
)
from proxy.cli.grants import find, settled
from proxy.cli.noting import noted
from proxy.cli.program import program
from proxy.cli.recordwords import decode, lines
from proxy.cli.times import iso_or_none, zone_of
from proxy.core.grant import Grant
from proxy.core.receipt import sign, statement
from proxy.core.record import Verdict, verify
from proxy.house import House, clock, opened
from proxy.settings import Settings

Head = Annotated[str | None, typer.Option(metavar="NUMBER", help="The check number on the receipt.")]


class _LogCommands(Commands):
    """`log GRANT` is `log show GRANT`: the short form is the one that people type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["show", *args]
        return super().parse_args(ctx, args)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    log = make_group(
        help_text="Read a grant's log (log GRANT), or check that it is whole (log verify).", cls=_LogCommands
    )
    log.command()(show)
    log.command("verify")(verify_log)
    app.add_typer(log, name="log")
    app.command()(receipt)


def show(
    grant: GrantId,
    out: Annotated[
        Path | None, typer.Option(help="Write the exact records to a new file, one per line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what was asked and answered, in plain words."""
    house = settings()
    found, bodies = run(_log(house, grant, did="log" if out is None else "export"))
    if out is not None:
        _export(out, bodies)
        answer(
            {"file": str(out), "records": len(bodies), "head": found.head},
            _exported(out, found),
            as_json=as_json,
        )
        return
    records = [decode(body) for body in bodies]
    if found.erased_on:
        complain(
            f"The log was erased on {found.erased_on}. It had {found.length} records; check number {found.head}."
        )
    answer(records, "\n".join(lines(records, zone_of(house))), as_json=as_json)


def verify_log(
    grant: Annotated[
        str | None, typer.Argument(metavar="[GRANT]", help="A grant's id, or how it begins.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="An exported log; nothing else is needed then.")] = None,
    head: Head = None,
    as_json: AsJson = False,
) -> None:
    """Check that no record was changed, removed or added: exit 0, or say what is wrong."""
    if (grant is None) == (file is None):
        raise typer.BadParameter("Name a grant, or a file with --file; one of the two.")
    verdict = _verdict_on_file(file, head) if file else run(_verdict_on_grant(settings(), grant or "", head))
    value = {"ok": verdict.ok, "message": verdict.message, "records": verdict.length, "head": verdict.head}
    answer(value, f"{verdict.message}\nCheck number: {verdict.head}", as_json=as_json)
    if not verdict.ok:
        raise typer.Exit(FAULT)


def receipt(grant: GrantId, as_json: AsJson = False) -> None:
    """Give the sharing receipt: how long the log is, its check number, and our signature on both."""
    found = run(_receipt(settings(), grant))
    answer(found, _receipt_words(found), as_json=as_json)


def _verdict_on_file(file: Path, head: str | None) -> Verdict:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refused(f"The file {file} can't be read.") from error
    verdict = verify(content.removesuffix(b"\n").split(b"\n") if content else [], head=_plain(head))
    if verdict.ok and head is None:
        more = "Give the check number of the receipt with --head, else a cut-off end can't be noticed."
        return Verdict(True, f"{verdict.message} {more}", verdict.head, verdict.length)
    return verdict


async def _verdict_on_grant(settings: Settings, text: str, head: str | None) -> Verdict:
    async with opened(settings) as house:
        grant = await find(house, text)
        if grant.erased_on:
            raise Refused(f"This log was erased on {grant.erased_on}: there is nothing left to check.")
        # What was added since the grant was read is not in the head that was read with it.
        bodies = (await _bodies(house, grant))[: grant.length]
        verdict = verify(bodies, head=grant.head, grant=grant.id)
        if verdict.ok and head is not None and _plain(head) != verdict.head:
            ended = "." if grant.ended_at is not None else ", or has grown since: access has not ended."
            message = f"The check number is not that of this log: a line was changed, removed or added{ended}"
            return Verdict(False, message, verdict.head, verdict.length)
        return verdict


def _plain(head: str | None) -> str | None:
    return None if head is None else "".join(head.split()).lower()


async def _log(settings: Settings, text: str, *, did: str) -> tuple[Grant, list[bytes]]:
    async with opened(settings) as house:
        grant = await settled(house, await find(house, text))
        if grant.kind != "owner":
            await noted(house, did, grant_of=grant.id)
        return grant, await _bodies(house, grant)


async def _bodies(house: House, grant: Grant) -> list[bytes]:
    return [record.body async for record in house.store.records(grant.id)]


def _export(out: Path, bodies: list[bytes]) -> None:
    try:
        with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.writelines(body + b"\n" for body in bodies)
    except FileExistsError as error:
        raise Refused(f"The file {out} exists already: name a new one.") from error
    except OSError as error:
        raise Refused(f"The file {out} can't be written ({error.strerror}).") from error


def _exported(out: Path, grant: Grant) -> str:
    return f"Written to {out}. To check it: {program()} log verify --file {out} --head {grant.head}"


async def _receipt(settings: Settings, text: str) -> dict[str, Any]:
    async with opened(settings) as house:
        grant = await settled(house, await find(house, text))
        kid, private_key = house.keys.signing()
        stated = statement(grant)
        public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {
            "grant_id": grant.id,
            "clinician": grant.clinician,
            "state": grant.state(clock()),
            "ending": grant.how_it_ended(clock()),
            "ended_at": iso_or_none(grant.ended_at),
            "final": grant.ended_at is not None,
            "records": grant.length,
            "head": grant.head,
            "statement": stated,
            "signature": sign(stated, private_key),
            "kid": kid,
            "public_key": public.hex(),
        }


def _receipt_words(found: dict[str, Any]) -> str:
    so_far = "" if found["final"] else "\nAccess has not ended: the check number will change with each look."
    return (
        f"Sharing receipt for {found['clinician'] or 'an erased name'} (grant {found['grant_id']})\n"
        f"  Records       {found['records']}\n"
        f"  Check number  {found['head']}\n"
        f"  Signature     {found['signature']} (key {found['kid']})\n"
        f"Keep it: with it you can show later that no line of the log was changed.{so_far}"
    )
