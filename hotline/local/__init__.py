"""The whole hotline on one machine: embedded PostgreSQL and Valkey, every process, one Ctrl-C."""
