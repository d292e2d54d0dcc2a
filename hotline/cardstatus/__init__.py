"""The card-status backend, seen from the line: `openapi.yaml` is the contract, the client asks by it.

`reference` is a backend of our own that keeps the contract, for tests, drills and local use.
"""
