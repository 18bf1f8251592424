"""Chaperone: a Nightscout proxy with scoped, expiring access for clinicians."""

__version__ = "0.1.0"
