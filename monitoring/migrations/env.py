"""What Alembic runs: the schema of all rooms against the connection it is given."""

from alembic import context

from monitoring import app
from monitoring.core.db import Base

__all__ = ["app"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
