"""Everything that a line writes, says to its parts or shows to its machine, as bytes to search."""

import zlib
from collections.abc import Iterator
from contextlib import suppress

import psutil
from redis import Redis

from tests.drills.line import DrillLine

Trace = tuple[str, bytes]
"""Where it was found, and what it is."""


def moving(line: DrillLine) -> Iterator[Trace]:
    """What is only there for a moment: jobs, and the command lines of all processes."""
    with line.redis() as redis:
        for key in redis.scan_iter("*"):
            yield "Valkey", key
            for value in _values(redis, key):
                yield f"Valkey {key!r}", value
                # RQ compresses a job's arguments.
                with suppress(zlib.error):
                    yield f"Valkey {key!r}", zlib.decompress(value)
    for name, one in _processes(line):
        with suppress(psutil.Error):
            yield f"the command line of {name}", " ".join(one.cmdline()).encode()


def lasting(line: DrillLine) -> Iterator[Trace]:
    """Logs, tables, and the files of both servers byte by byte, with all that was ever sent to them."""
    for log in line.running.directory.rglob("*.log"):
        yield log.name, log.read_bytes()
    for table in line.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for row in line.rows(f"SELECT t::text AS text FROM {table['tablename']} AS t"):
            yield f"table {table['tablename']}", row["text"].encode()
    for name, server in line.servers.items():
        yield f"log of {name}", server.log()
        for file in server.directory.rglob("*"):
            if file.is_file():
                yield f"{name} {file.name}", file.read_bytes()


def _values(redis: Redis, key: bytes) -> list[bytes]:
    match redis.type(key):
        case b"string":
            return [redis.get(key)]
        case b"hash":
            return [part for pair in redis.hgetall(key).items() for part in pair]
        case b"list":
            return redis.lrange(key, 0, -1)
        case b"set":
            return list(redis.smembers(key))
        case b"zset":
            return redis.zrange(key, 0, -1)
        case b"stream":
            return [part for _, fields in redis.xrange(key) for pair in fields.items() for part in pair]
        case b"none":
            return []
        case kind:
            raise AssertionError(f"a kind of key that is not searched: {kind!r}")


def _processes(line: DrillLine) -> Iterator[tuple[str, psutil.Process]]:
    for name, child in line.running.children.items():
        own = psutil.Process(child.pid)
        yield from ((name, one) for one in (own, *own.children(recursive=True)))
    for name, server in line.servers.items():
        yield from ((name, one) for one in server.family())
