"""What each process counts about itself, for Prometheus; what stands in the database or in Redis is asked there.

Labels come from fixed sets: steps, events, answers. Nothing of a caller is ever in one.
"""

from typing import Final

from prometheus_client import Counter, Histogram

_TURNS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STOPS_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 600.0, 3600.0)

TURN_SECONDS: Final = Histogram(
    "hotline_turn_seconds",
    "Seconds from a webhook to its answer, without the web server's own part.",
    buckets=_TURNS_S,
)
MISSES: Final = Counter("hotline_misses_total", "Silence, or a wrong key, by the step at which it came.", ["step"])
LAST_RESORTS: Final = Counter(
    "hotline_last_resorts_total", "Callers who got the last resort, because nothing else could be said."
)
APOLOGIES: Final = Counter(
    "hotline_apologies_total", "Callers who got an apology and a person after a mistake in a step."
)
SIGNATURES_REFUSED: Final = Counter("hotline_signatures_refused_total", "Webhooks that nobody we know had signed.")
LIMITS_HIT: Final = Counter("hotline_limits_hit_total", "Callers who were slowed down or marked, by limit.", ["limit"])

SWEEPS: Final = Counter("hotline_sweeps_total", "Looks of a dispatcher for what is due.")
TRIES: Final = Counter("hotline_tries_total", "Questions to the backend, by what came of them.", ["said"])
BACKEND_SECONDS: Final = Histogram(
    "hotline_backend_seconds", "Seconds until the backend answered, or did not.", buckets=_TURNS_S
)
CONFIRM_TO_STOP_SECONDS: Final = Histogram(
    "hotline_confirm_to_stop_seconds",
    "Seconds from the turn that accepted a request to the answer that it is stopped.",
    buckets=_STOPS_S,
)
