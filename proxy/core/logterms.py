"""The words of a log, as constants: what a record holds by a key, in a sentence for whoever reads it.

Rules of this file: English, as it stands at the terminal; pages put each into the reader's language where it is shown.
"""

from collections.abc import Mapping
from typing import Final

COLLECTIONS: Final = (
    ("/entries", "glucose readings"),
    ("/treatments", "treatments"),
    ("/devicestatus", "pump and loop status"),
    ("/profile", "the profile"),
    ("/food", "food"),
    ("/activity", "activity"),
    ("/properties", "current figures"),
)
PAGES: Final = {
    "/": "Nightscout's own page",
    "/report": "Nightscout's reports",
    "/clock/{face}": "Nightscout's clock",
}
LIVE: Final = {
    "live, opened": "Live view opened",
    "live, changes": "Live view: new data offered",
    "live, anew": "Live view: everything shown offered anew",
    "live, a day of status": "Live view: a day of pump and loop status offered",
}
LIVE_ASKED: Final = {
    "socket": "the live view",
    "socket authorize": "the live view",
    "socket dbAdd": "to add data over the live view",
    "socket dbUpdate": "to change data over the live view",
    "socket dbUpdateUnset": "to change data over the live view",
    "socket dbRemove": "to remove data over the live view",
}
BY: Final = {
    "link": "with the link",
    "code": "with the visit code",
    "token": "by a tool",
    "pairing": "after you scanned its screen",
    "console": "from your console",
}
OUTCOMES: Final = {
    "entered": "Signed in",
    "waits": "Typed the right PIN, and you were asked",
    "wrong_pin": "Wrong PIN",
    "not_a_pin": "Typed something that is no PIN",
    "not_yet": "Came before the time",
    "busy": "Had to wait, others were signing in",
    "entry_closed": "Tried to sign in, but the entry is closed",
}
ENDINGS: Final = {
    "expired": "Access ended: its time was over",
    "revoked": "Access ended by you",
    "finished": "Access ended by the clinician, who was done",
    "restored": "Access ended, because data was restored from a backup",
}
COPIES: Final = {
    "copies_deleted": "copies are deleted",
    "copies_filed": "copies are filed in the record",
}
STATES: Final = {
    "closed": "Closed on this computer; the access goes on",
    "entry_closed": "The entry was closed after ten wrong PINs",
    "new_pin": "You gave a new PIN",
    "told": "You changed your notes for this visit",
    "reshaped": "You changed what is shared",
}
FILES: Final = {
    "pdf": "PDF",
    "pdf-locked": "locked PDF",
    "html": "locked visit file",
    "png": "picture",
    "json": "JSON",
    "text": "text",
    "csv-5min": "CSV, every 5 minutes",
    "csv-15min": "CSV, every 15 minutes",
    "csv-hour": "CSV, hourly",
    "csv-day": "CSV, daily",
}
DEEDS: Final = {
    "file": "You made a file:",
    "mint": "You shared:",
    "preview": "You looked at what a clinician would see:",
    "new PIN": "You gave a new PIN:",
    "receipt": "You took the receipt:",
    "log checked": "You checked a copy of the log:",
    "inventory read": "You looked at what is in your Nightscout",
    "ask granted": "You said yes to a question for more:",
    "ask declined": "You said “not now” to a question for more:",
    "opening allowed": "You let somebody in:",
    "opening not allowed": "You let nobody in:",
    "shown on this phone": "You handed over your phone:",
    "notes changed": "You changed the notes for a visit:",
    "about me changed": "You changed what is said of you",
    "outside share noted": "You noted a share made elsewhere",
    "outside share ended": "You noted the end of a share made elsewhere",
    "outside share removed": "You removed a note of a share made elsewhere",
    "notices changed": "You changed how you are told",
    "notice tried": "You sent a test message to yourself",
    "extend": "You gave more time:",
    "revoke": "You ended access:",
    "erase": "You erased the log:",
    "log": "You read the log:",
    "export": "You exported the log:",
    "rotate keys": "You made a new key",
    "console log read": "You read what was done here",
    "console log exported": "You saved what was done here as a file",
    "backup": "You made a backup",
    "restore": "You restored a backup",
    "sign-in": "You signed in",
    "sign-in refused": "A sign-in was refused",
    "sign-out": "You signed out",
    "confirm": "You confirmed",
    "not confirmed": "A confirmation was refused",
    "set-up refused": "A wrong set-up code was refused",
    "set-up code made": "You made a set-up code",
    "owner added": "You came in as a new owner",
    "new means for owner": "You chose a new way to sign in",
    "owner removed": "You removed an owner",
    "owner reset": "You reset the sign-in to the console",
    "passkey added": "You added a passkey",
    "passkey removed": "You removed a passkey",
    "passphrase set": "You set a passphrase",
    "authenticator app set up": "You set up an authenticator app",
    "authenticator app removed": "You removed the authenticator app",
    "recovery codes made": "You made new recovery codes",
    "other sign-ins ended": "You ended other sign-ins",
}
DEVICES: Final = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "an Android device",
    "Windows PC": "a Windows PC",
    "Mac": "a Mac",
    "Linux PC": "a Linux PC",
    "tool": "a tool",
}
REASONS: Final[Mapping[str, str]] = {
    "access ended": "access ended",
    "bad request": "a faulty request",
    "bad version": "a wrong version",
    "body not allowed": "it brought data along",
    "changed meanwhile": "changed meanwhile",
    "clock": "the clock here is wrong",
    "filter withheld": "asked by what is not shared",
    "foreign origin": "sent from another site's page",
    "live unavailable": "the live view is not available",
    "no such door": "nothing there",
    "not offered": "not offered",
    "not shared": "not shared",
    "policy unreadable": "what is shared can't be read",
    "read only": "for reading only",
    "store unavailable": "the log could not be written",
    "token invalid": "not a valid token",
    "too many connections": "too many connections",
    "too many requests": "too many requests",
    "unavailable": "unavailable",
    "unknown connection": "unknown connection",
    "untested version": "this version of Nightscout is not tested",
    "upstream failed": "Nightscout told of a fault",
    "upstream refused": "Nightscout refused",
    "upstream slow": "Nightscout was too slow",
    "upstream too large": "too much at once",
    "upstream unreachable": "Nightscout could not be reached",
    "upstream unreadable": "Nightscout's answer could not be read",
}
"""Why something was refused, as records say it; one that is not here is shown as it is recorded."""


def done_by_somebody(deed: str) -> str:
    """Give the sentence for a deed whose doer is known by name: `%(who)s` in the place of “you”."""
    return f"%(who)s {deed.removeprefix('You ')}" if deed.startswith("You ") else f"{deed} (%(who)s)"
