"""The usual order of fields: complete, fixed, and nothing that the catalogue does not know."""

import pytest

from proxy.core.catalog import COLLECTIONS
from proxy.core.usual import usual_order


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_no_field_is_lost_and_none_comes_twice(collection: str) -> None:
    fields = list(COLLECTIONS[collection].values())
    told = usual_order(collection, fields)
    assert sorted(field.path for field in told) == sorted(field.path for field in fields)


@pytest.mark.parametrize("collection", ["entries", "treatments", "devicestatus", "profile", "activity"])
def test_the_id_comes_first(collection: str) -> None:
    assert usual_order(collection, COLLECTIONS[collection].values())[0].path == "_id"


@pytest.mark.parametrize("collection", ["entries", "treatments"])
def test_the_order_is_the_same_whatever_the_fields_came_in(collection: str) -> None:
    told = [field.path for field in usual_order(collection, COLLECTIONS[collection].values())]
    usual = told[: told.index("isBasalInsulin") + 1] if collection == "treatments" else told[:19]
    turned = [
        field.path for field in usual_order(collection, reversed(list(COLLECTIONS[collection].values())))
    ]
    assert turned[: len(usual)] == usual
