"""Files that people hand in: checked, cleaned, encrypted, kept outside the web root."""
