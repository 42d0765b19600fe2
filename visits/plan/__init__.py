"""Who goes where and when; secret until the lead marks the team as returned."""
