"""Every change of the schema, oldest first in `versions/`; run by `store.database.migrate`."""
