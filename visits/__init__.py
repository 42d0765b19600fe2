"""Visits: the plan, the sheets that are filled, and the findings made from them."""
