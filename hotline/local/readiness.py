"""Whether processes without a port of their own are at work."""

from contextlib import closing

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker

from hotline.store.database import plain_url
from hotline.suspensions.dispatch import APPLICATION

_LIMIT_S = 2


def dispatcher_listens(database_url: str) -> bool:
    """Whether a dispatcher is connected to the database."""
    query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s)"
    try:
        with closing(psycopg.connect(plain_url(database_url), connect_timeout=_LIMIT_S)) as connection:
            row = connection.execute(query, [APPLICATION]).fetchone()
    except psycopg.OperationalError:
        return False
    return row == (True,)


def worker_waits(redis_url: str, pid: int) -> bool:
    """Whether the worker with this process number is registered."""
    with Redis.from_url(redis_url, socket_timeout=_LIMIT_S, socket_connect_timeout=_LIMIT_S, retry=None) as redis:
        try:
            # Read as it stands: RQ's own listing would also clean up, with a serialiser that is not ours.
            return any(redis.hget(key, "pid") == str(pid).encode() for key in redis.smembers(Worker.redis_workers_keys))
        except RedisError:
            return False
