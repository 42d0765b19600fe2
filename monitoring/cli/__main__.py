"""`python -m monitoring.cli` does what the command `monitoring` does."""

from monitoring.cli import main

main()
