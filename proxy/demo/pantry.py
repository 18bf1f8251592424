"""The small collections: food, activity, settings."""

from random import Random
from typing import Any

from proxy.demo import canary
from proxy.demo.moment import iso, local, object_id

Row = dict[str, Any]


def food(seed: str, at: int) -> list[Row]:
    """Foods and one quick pick, saved at `at` (epoch ms)."""
    rows = [_food(seed, at, number) for number in range(8)]
    pick = {
        "_id": object_id(seed, at, "pick"),
        "type": "quickpick",
        "name": "CANARY-FOOD-quickpick Alma",
        "foods": [rows[0] | {"portions": 1}],
        "carbs": 12,
        "hideafteruse": False,
        "hidden": "false",
        "position": 1,
        "created_at": iso(at),
    }
    return [*rows, pick]


def _food(seed: str, at: int, number: int) -> Row:
    return {
        "_id": object_id(seed, at, ("food", number)),
        "type": "food",
        "category": "CANARY-FOOD-category Grandma",
        "subcategory": "CANARY-FOOD-sweet",
        "name": f"CANARY-FOOD-{number:02d} cake",
        "portion": 100,
        "unit": "g",
        "carbs": 12 + 3 * number,
        "fat": 5,
        "protein": 4,
        "energy": 800,
        "gi": 2,
        "created_at": iso(at),
    }


def activity_of_day(seed: str, day: int) -> list[Row]:
    """Heart rate and steps every two hours, as a watch uploads them."""
    rng = Random(f"{seed}-activity-{day}")
    return [_activity(seed, local(day, hour), rng) for hour in range(7, 22, 2)]


def _activity(seed: str, at: int, rng: Random) -> Row:
    return {
        "_id": object_id(seed, at, ("activity", at)),
        "created_at": iso(at),
        "heartrate": rng.randint(52, 142),
        "steps": rng.randint(0, 900),
        "activitylevel": rng.choice(("sedentary", "walking")),
        "device": "CANARY-ACT-watch-alma",
        "notes": canary.mark("ACT", at // 1000),
    }


def app_settings(seed: str, at: int) -> list[Row]:
    """Give what AAPS keeps on the server for itself."""
    return [
        {
            "_id": object_id(seed, at, "settings"),
            "identifier": "CANARY-SETTING-aaps-alma",
            "app": "AAPS",
            "date": at,
            "utcOffset": 0,
            "srvCreated": at,
            "srvModified": at,
            "data": {
                "password": "CANARY-SETTING-password",
                "sms": "CANARY-PHONE-sms",
                "max": canary.MAX_BOLUS,
            },
        }
    ]
