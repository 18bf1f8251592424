"""The clinician's HTTP edge: who asks, what they may have, and the record before the answer."""
