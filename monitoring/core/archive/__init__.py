"""Backups: one sealed file that holds everything and can be opened, checked and put in place again. Knows no feature."""
