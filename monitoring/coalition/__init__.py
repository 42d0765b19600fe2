"""What the coalitions publicly call for, in which countries, and how each call stands."""
