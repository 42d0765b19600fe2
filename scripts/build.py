"""Build what is not in git: the tablet client, the fonts of the documents, the compiled catalogues and the client's texts."""

import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo

from monitoring.core.catalogues import TRANSLATED, complete
from monitoring.documents.adapters import build_fonts
from monitoring.tablet.adapters import write_strings

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "monitoring" / "static" / "build"
TRANSLATIONS = ROOT / "monitoring" / "translations"


def compile_catalogues() -> None:
    """Compile every catalogue beside its source."""
    for language in TRANSLATED:
        with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo").open("wb") as file:
            write_mo(file, complete(TRANSLATIONS, language))


def main() -> int:
    """Build everything; the exit code says whether it worked."""
    BUILT.mkdir(parents=True, exist_ok=True)
    compile_catalogues()
    write_strings(TRANSLATIONS, BUILT)
    if not (BUILT / "fonts").is_dir():
        build_fonts(BUILT / "fonts")
    return subprocess.run(["node", "monitoring/tablet/client/build.mjs"], cwd=ROOT, check=False).returncode  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
