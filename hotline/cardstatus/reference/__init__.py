"""A card-status backend that keeps the contract in `openapi.yaml`: a program of its own with its own database."""
