"""How fast the line is and what it needs, measured on this machine in one run: `python -m bench --help`."""
