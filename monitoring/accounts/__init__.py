"""People, their mechanisms and organisations, their roles, and how they sign in."""
