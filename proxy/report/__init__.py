"""What a clinician reads: figures by consensus definitions, from the rows that a view shows."""
