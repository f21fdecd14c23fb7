"""Alembic's entry: migrates on the connection that `activities.sql.migrate` hands over, inside its transaction."""

from alembic import context

from activities.sql.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("migrations run by themselves when a program starts; there is nothing to call here")
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
