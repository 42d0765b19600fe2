"""The register of places where people are, or may be, deprived of liberty."""
