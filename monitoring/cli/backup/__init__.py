"""`monitoring backup`, `verify` and `restore`: everything in one sealed file, proven to open, and put in place again."""

from monitoring.cli.backup.command import backup, restore, verify

__all__ = ["backup", "restore", "verify"]
