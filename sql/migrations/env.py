"""Alembic's entry: runs on the connection it is handed, or opens the store that the settings name."""

from alembic import context

from statements import settings
from statements.store import create_engine
from statements.tables import metadata


def run(connection):
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    with create_engine(settings.load().database_url).begin() as opened:
        run(opened)
