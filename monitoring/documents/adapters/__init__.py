"""Documents to the outside world: PDF, and the letters they are set in."""

from monitoring.documents.adapters.fonts import build_fonts
from monitoring.documents.adapters.pdf import to_pdf

__all__ = ["build_fonts", "to_pdf"]
