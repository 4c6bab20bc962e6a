"""Alembic's entry.  The connection is handed in by server.records.database, already in its transaction."""

from alembic import context

from server.records.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run by `chibo migrate`, not by `alembic upgrade`.")
context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
