"""The entry point of WSGI servers."""

from monitoring.app import create_app
from monitoring.core.config import settings_from_environment

application = create_app(settings_from_environment())
