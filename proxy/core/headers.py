"""Headers that every answer of ours carries, errors included. Static files alone have others."""

from collections.abc import Mapping
from types import MappingProxyType

PRIVATE: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "private, no-store",
        "CDN-Cache-Control": "no-store",
        "Vary": "Cookie, Authorization, Api-Secret",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: with it, browsers send form posts with `Origin: null`, and ours would be refused.
        "Referrer-Policy": "same-origin",
    }
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

PAGE: Mapping[str, str] = MappingProxyType(
    {
        **PRIVATE,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""For pages that we wrote ourselves: nothing inline, nothing from elsewhere, never in a frame."""
