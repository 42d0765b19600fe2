"""Documents as data: the block tree, its way to PDF, and the search for personal data."""
