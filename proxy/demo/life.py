"""What people write: checks, changes of site and sensor, targets, switches, notes and chat."""

from typing import Any

from proxy.demo import canary
from proxy.demo.body import body, glucose
from proxy.demo.diary import Diary
from proxy.demo.entries import sensor_change
from proxy.demo.moment import HOUR, MINUTE, iso, local, uuid_like
from proxy.demo.therapy import profile_json


def write_life(diary: Diary) -> None:
    for write in (_checks, _changes, _switches, _targets, _sport, _notes, _chat, _remote, _oddities):
        write(diary)


def _checks(diary: Diary) -> None:
    for _ in range(diary.rng.randint(1, 3)):
        at = diary.sometime()
        notes = {"notes": f"meter {canary.METER} {diary.mark('NOTE')}"} if diary.chance(0.4) else {}
        value = round(glucose(diary.seed, at)) + diary.rng.randint(-6, 6)
        diary.add(
            at, "BG Check", by=canary.PARENT, glucose=value, glucoseType="Finger", units="mg/dl", **notes
        )


def _changes(diary: Diary) -> None:
    evening = local(diary.day, 18.5)
    if diary.day % 3 == 1:
        diary.add(evening, "Site Change", by=canary.PARENT, notes=f"left hip, sore {diary.mark('SITE')}")
        diary.add(evening + MINUTE, "Insulin Change", by=canary.PARENT, notes=f"lot {diary.mark('SERIAL')}")
    if diary.day % 6 == 4:
        diary.add_v3(
            evening + 2 * MINUTE,
            "Site Change",
            location="FRONT_LEFT_UPPER_ABDOMEN",
            arrow="UP",
            notes=diary.mark("SITE"),
            enteredBy="AndroidAPS",
        )
    if diary.day % 14 == 5:
        diary.add(evening, "Pump Battery Change", by=canary.PARENT, notes=diary.mark("SITE"))
    changed = sensor_change(diary.day)
    if changed is not None:
        ids = {"transmitterId": canary.TRANSMITTER, "sensorCode": canary.SENSOR_CODE}
        diary.add(changed - 5 * MINUTE, "Sensor Stop", by="xdrip", notes=diary.mark("SITE"), **ids)
        diary.add(changed, "Sensor Change", by="xdrip", notes=f"upper arm {diary.mark('SITE')}", **ids)
        diary.add(
            changed + 4 * MINUTE,
            "Sensor Start",
            by="xdrip",
            notes=f"started {diary.mark('SITE')}",
            transmitterId=canary.TRANSMITTER,
        )


def _switches(diary: Diary) -> None:
    if diary.day % 7 != 2:
        return
    at, number, name = local(diary.day, 7.5), diary.day // 30, canary.DEFAULT_PROFILE
    original: dict[str, Any] = {
        "originalProfileName": name,
        "originalCustomizedName": f"{name} (100%)",
        "originalTimeshift": 0,
        "originalPercentage": 100,
        "originalDuration": 0,
    }
    diary.add(
        at,
        "Profile Switch",
        duration=0,
        profile=name,
        profileJson=profile_json(number),
        percentage=100,
        timeshift=0,
        profilePlugin="info.nightscout.androidaps",
        **original,
        notes="",
        pumpSerial=canary.PUMP_SERIAL,
    )
    # AAPS reports the switch that took effect as a Note, with the whole profile in it.
    diary.add_v3(
        at + 3000, "Note", duration=0, notes=f"{name} (100%)", profileJson=profile_json(number), **original
    )
    evening = local(diary.day, 20.0)
    diary.add(
        evening,
        "Profile Switch",
        duration=180,
        profile=canary.SICK_PROFILE,
        profileJson=profile_json(number, sick=True),
        percentage=120,
        CircadianPercentageProfile=True,
        timeshift=0,
        notes=f"sick, doctor's call {diary.mark('NOTE')}",
    )


def _targets(diary: Diary) -> None:
    if diary.chance(0.45):
        reason = diary.rng.choice(("Activity", "Eating Soon", f"party {diary.mark('REASON')}"))
        at = diary.sometime()
        diary.add(
            at,
            "Temporary Target",
            duration=60,
            durationInMilliseconds=HOUR,
            targetTop=140,
            targetBottom=140,
            reason=reason,
            units="mg/dl",
            notes=diary.mark("REASON"),
        )
        if diary.chance(0.3):
            diary.add(at + 30 * MINUTE, "Temporary Target", duration=0, reason=diary.mark("REASON"))
    if diary.chance(0.3):
        at = diary.sometime()
        diary.add(
            at,
            "Temporary Override",
            by="Loop",
            duration=90,
            durationType="",
            correctionRange=[140, 160],
            insulinNeedsScaleFactor=canary.OVERRIDE_FACTOR,
            reason=f"hike with Theo {diary.mark('REASON')}",
            reasonDisplay=diary.mark("REASON"),
            remoteAddress="CANARY-SECRET-remote-77c0",
            syncIdentifier=uuid_like(diary.seed, ("override", diary.day)),
        )


def _sport(diary: Diary) -> None:
    began = body(diary.seed, diary.day).sport
    if began is not None:
        began -= began % 1000
        diary.add(
            began,
            "Exercise",
            by=canary.PARENT,
            duration=diary.rng.choice((30, 45, 60)),
            notes=f"run near {diary.mark('LOC')} {diary.mark('NOTE')}",
        )


def _notes(diary: Diary) -> None:
    if diary.chance(0.6):
        diary.add(
            diary.sometime(),
            "Note",
            by=canary.PARENT,
            notes=f"low at work, Dr. {diary.mark('NAME')} mail {canary.EMAIL} <b onclick=alert(1)>{diary.mark('NOTE')}</b>",
        )
    if diary.chance(0.1):
        row = diary.add_v3(
            diary.sometime(), "Note", notes=f"struck out {diary.mark('NOTE')}", enteredBy=canary.PARENT
        )
        diary.strike_out(row)


def _chat(diary: Diary) -> None:
    if diary.chance(0.55):
        diary.add(
            diary.sometime(),
            "Announcement",
            by="CANARY-BY-school-nurse",
            isAnnouncement=True,
            notes=f"Alma eats at 12, call {diary.mark('PHONE')} {diary.mark('CHAT')}",
        )
    if diary.chance(0.3):
        diary.add(
            diary.sometime(),
            "Question",
            by="CANARY-BY-theo@example.org",
            notes=f"Did you bolus? {diary.mark('CHAT')}",
        )
    if diary.chance(0.12):
        diary.add(
            diary.sometime(),
            "D.A.D. Alert",
            by="CANARY-BY-careportal-Theo",
            notes=f"Rex alerted {diary.mark('CHAT')}",
        )


def _remote(diary: Diary) -> None:
    """Loop's remote commands carry a one-time password and the sender's address."""
    if diary.chance(0.15):
        at = diary.sometime()
        diary.add(
            at,
            "Remote Carbs Entry",
            by=canary.PARENT,
            remoteCarbs=12,
            remoteAbsorption=3,
            otp=diary.mark("SECRET"),
            remoteAddress="CANARY-SECRET-remote-77c0",
            notes=diary.mark("NOTE"),
            eventTime=iso(at),
        )


def _oddities(diary: Diary) -> None:
    """Fields that nobody has heard of, and event types that somebody made up."""
    if diary.chance(0.15):
        unknown: dict[str, Any] = {
            "location": diary.mark("LOC"),
            "ip": "203.0.113.77",
            "photo": f"https://example.org/{diary.mark('NAME')}.jpg",
            "mood": diary.mark("FIELD"),
            "weather": {"station": diary.mark("LOC"), "list": [diary.mark("FIELD")]},
        }
        diary.add(diary.sometime(), "Note", by="CANARY-BY-script", notes=diary.mark("NOTE"), **unknown)
    if diary.chance(0.05):
        diary.add(
            diary.sometime(), f"Period {diary.mark('EVENT')}", by=canary.PARENT, notes=diary.mark("NOTE")
        )
    if diary.chance(0.1):
        diary.add(
            diary.sometime(),
            "BG Check",
            by=canary.PARENT,
            glucose=104,
            units="mg/dl",
            reason=diary.mark("REASON"),
            insulin=0.4,
            carbs=6,
            id=diary.mark("IDENT"),
            NSCLIENT_ID=diary.mark("IDENT"),
        )
