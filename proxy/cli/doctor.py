"""`doctor`: is this installation sound, and if not, what to do."""

import typer

from proxy.cli.finding import Finding, fine
from proxy.cli.frame import FAULT, AsJson, answer, run, settings
from proxy.cli.house_checks import check_address, check_folder, check_policies, check_store
from proxy.house import clock
from proxy.settings import Settings

_SECONDS = 20


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Look at Nightscout, its token, the clock, the store, folder and address; say what to do. Exit 1 if a fault."""
    findings = run(examine(settings()))
    is_sound = all(finding.level != "fault" for finding in findings)
    value = {"ok": is_sound, "findings": [finding.as_object() for finding in findings]}
    answer(value, "\n".join(finding.as_text() for finding in findings), as_json=as_json)
    if not is_sound:
        raise typer.Exit(FAULT)


async def examine(settings: Settings) -> list[Finding]:
    """Do all checks."""
    findings = [*check_folder(settings), await check_store(settings), check_policies(settings)]
    findings += check_address(settings)
    if settings.is_demo:
        return [*findings, fine("reachable", "Behind Chaperone is the demo site, with invented data.")]
    # Loaded here, since no other command asks anything of another server.
    from httpx import AsyncClient  # noqa: PLC0415

    from proxy.cli.site_checks import check_site  # noqa: PLC0415

    # trust_env off: a proxy of the environment would get the credential.
    async with AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
        token = settings.nightscout_token.get_secret_value()
        return findings + [each async for each in check_site(client, settings.nightscout_url, token, clock)]
