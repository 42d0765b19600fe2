"""The entry point of WSGI servers."""

from monitoring.app import create_app
from monitoring.core.config import settings_from_environment
from monitoring.core.occupancy import stay_in

settings = settings_from_environment()
stay_in(settings.home)
application = create_app(settings)
