"""What a visit asks of an authority, by when, resting on which findings."""
