"""The demo site writes nothing that no uploader writes."""

import pytest

from proxy.demo.site import Site
from tests.demo.contract.documented import DOCUMENTED, MADE_UP


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_every_field_is_a_known_one(demo_site: Site, name: str) -> None:
    rows = demo_site.collections[name] or list(
        demo_site.devicestatus(demo_site.until - 86_400_000, demo_site.until)
    )
    fields = {field for row in rows for field in row}
    unknown = fields - DOCUMENTED[name]
    assert unknown == (MADE_UP if name == "treatments" else set())
