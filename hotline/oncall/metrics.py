"""`/metrics`, in the form that Prometheus reads."""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from hotline.oncall.standing import Standing, Told
from hotline.suspensions.queue import QUEUE
from hotline.suspensions.standing import QueueState


class Standings(Collector):
    """What the database and Redis know, asked once for each scrape."""

    def __init__(self, look: Callable[[], Standing]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Without what a server that does not answer would know: a gauge that is not there is no gauge at zero."""
        standing = self._look()
        yield _gauge("hotline_database_up", "Whether PostgreSQL answers.", standing.told is not None)
        yield _gauge("redis_up", "Whether Redis answers.", standing.queue is not None)
        if standing.told:
            yield from _of_database(standing.told, standing.at)
        if standing.queue:
            yield from _of_queue(standing.queue, standing.at)
            yield _gauge(
                "hotline_requests_lost_in_queue", "Late requests whose job is nowhere in Redis.", len(standing.lost)
            )
        yield InfoMetricFamily("hotline_build", "What runs here.", {"version": version("hotline")})


def metrics_blueprint(look: Callable[[], Standing], token: str, own: Callable[[], Collector]) -> Blueprint:
    """`/metrics` for whoever brings the token as `Authorization: Bearer`. `own` is what processes count themselves."""
    blueprint = Blueprint("metrics", __name__)
    expected = f"Bearer {token}".encode()

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return Response("Send the metrics token as a bearer token.\n", 401, {"WWW-Authenticate": "Bearer"})
        registry = CollectorRegistry(auto_describe=False)
        registry.register(own())
        registry.register(Standings(look))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def own_counts(directory: str | None) -> Collector:
    """What the processes that share this directory have counted; without one, what this process has."""
    if directory is None:
        return _Here()
    from prometheus_client.multiprocess import MultiProcessCollector

    collector: Collector = MultiProcessCollector(None, path=directory)  # type: ignore[no-untyped-call]
    return collector


class _Here(Collector):
    def collect(self) -> Iterable[Metric]:
        return (metric for metric in REGISTRY.collect() if metric.name.startswith("hotline_"))


def _of_database(told: Told, now: datetime) -> Iterator[Metric]:
    promises = told.promises
    yield _gauge("hotline_unanswered_oldest_age_seconds", "Age of the oldest open request.", _age(promises.oldest, now))
    yield _gauge("hotline_requests_open", "Requests without an answer.", promises.open)
    yield _gauge("hotline_requests_late", "Requests without an answer after 60 seconds.", promises.late)
    yield _gauge("hotline_dispatch_lag_seconds", "How late is what is due.", _age(promises.overdue_since, now))
    yield _gauge("hotline_needs_operator", "Requests given up that no operator has finished.", promises.needs_operator)
    yield _gauge("hotline_follow_ups_open", "Follow-ups that nobody has resolved.", promises.follow_ups)
    yield _labelled("hotline_calls_on_the_line", "Calls that go on.", "language", promises.calls)
    yield _gauge("hotline_callers_with_operators", "Callers who wait for an operator or talk to one.", promises.in_line)
    yield _labelled(
        "hotline_texts", "Text messages.", "status", {"waiting": promises.texts_waiting, "due": promises.texts_due}
    )
    yield _gauge("hotline_texts_due_age_seconds", "How late is the oldest text.", _age(promises.texts_due_since, now))
    kept = told.kept
    yield _gauge("hotline_hour_accepted", "Requests of the last hour that are old enough to tell.", kept.accepted)
    yield _gauge("hotline_hour_in_time", "Of these, those answered within 60 seconds.", kept.in_time)
    newest = {
        kind: max(one.at for one in told.breaths if one.kind == kind) for kind in {one.kind for one in told.breaths}
    }
    yield _labelled(
        "hotline_breath_age_seconds",
        "Since when no process of this kind has said that it lives.",
        "kind",
        {kind: _age(at, now) for kind, at in newest.items()},
    )
    yield _gauge("hotline_queue_paused", "Whether on-call has paused the queue.", told.pause is not None)


def _of_queue(queue: QueueState, now: datetime) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("rq_jobs", "Jobs by what they do.", labels=["queue", "status"])
    for status in ("waiting", "started", "failed", "scheduled"):
        jobs.add_metric([QUEUE, "queued" if status == "waiting" else status], getattr(queue, status))
    yield jobs
    yield _gauge("hotline_oldest_job_age_seconds", "How long the oldest job has waited.", _age(queue.oldest_at, now))
    workers = GaugeMetricFamily("rq_workers", "Workers that live, by what they do.", labels=["state"])
    alive = [worker.state for worker in queue.workers if worker.lives(now)]
    for state in ("idle", "busy", "suspended"):
        workers.add_metric([state], alive.count(state))
    yield workers
    keeping = queue.keeping
    yield _gauge("redis_aof_enabled", "Whether Redis writes every change to the disk.", keeping.appends)
    yield _gauge("redis_last_write_ok", "Whether its last writing went well.", keeping.writes)
    yield _gauge("redis_evicted_keys", "Keys that Redis has thrown away since it started.", keeping.evicted)
    yield _gauge("redis_memory_used_bytes", "Memory that Redis uses.", keeping.used_bytes)
    yield _gauge("redis_memory_max_bytes", "Its limit; 0 without one.", keeping.limit_bytes)
    yield _gauge(
        "redis_noeviction", "Whether it refuses, rather than throws away, at its limit.", keeping.policy == "noeviction"
    )


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _labelled(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, amount in values.items():
        family.add_metric([value], amount)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
