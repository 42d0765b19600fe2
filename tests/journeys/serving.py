"""`monitoring serve`, with the tablet's files from a folder of the test's own, so that a test can bring out a new one."""

import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from monitoring.cli import main, serving
from monitoring.tablet import adapters, routes

FOLDER = "TABLET_FILES"
"""In the environment: the folder that stands in for monitoring/static."""


def _serve_from(static: Path) -> None:
    adapters.BUILT = routes.BUILT = static / "build"
    create = serving.create_app

    def created(*parts: Any) -> Flask:
        app = create(*parts)
        app.static_folder = str(static)
        return app

    serving.create_app = created


if __name__ == "__main__":
    _serve_from(Path(os.environ[FOLDER]))
    sys.argv[1:] = ["serve"]
    sys.exit(main())
