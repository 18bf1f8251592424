"""The owner's side, on its own origin: health and metrics now."""
