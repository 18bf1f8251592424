"""The owner's console on its own origin: signing in, sharing, watching, ending; and health for machines."""
