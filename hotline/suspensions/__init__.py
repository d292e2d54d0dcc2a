"""What becomes of a request after its call's turn is committed: handed to a worker, until the backend has answered.

The row in PostgreSQL is the promise. A job in Redis is only a wake-up: every one of them may be lost or doubled.
"""
