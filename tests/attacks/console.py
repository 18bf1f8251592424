"""What attacks on the console have in common."""

from tests.owner.place import Browser

MINUTE = 60_000


PAGES = ("/", "/settings", "/settings/app", "/set-up/choose", "/share", "/access", "/nothing")


FORMS = (
    "/sign-out",
    "/settings/passkeys",
    "/settings/passkeys/remove",
    "/settings/passphrase",
    "/settings/sessions/end",
    "/settings/owners",
    "/settings/owners/remove",
    "/settings/app",
    "/settings/app/remove",
    "/settings/recovery",
    "/set-up/passkey",
    "/set-up/passphrase",
)


BEFORE = ("/sign-in", "/sign-in/passkey", "/set-up")


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/settings")).status == 200
