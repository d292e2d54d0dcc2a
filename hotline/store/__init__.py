"""Every table and every query of the hotline, in PostgreSQL."""
