"""Connection overrides: what the fragment of a webhook URL says about time-outs and retries."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urldefrag

from hotline.phone.faults import INVALID_RETRY_POLICY, WebhookFault

_RANGES: Final = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
_POLICIES: Final = frozenset({"ct", "rt", "4xx", "5xx", "all"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How a URL is called; the defaults are Twilio's."""

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    """For all tries together."""
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})
    """Failures that are tried again: ct and rt are connect and read faults, 4xx and 5xx answers."""

    def retry(self, kind: str) -> bool:
        """Whether a failure of this kind is tried again."""
        return bool(self.retry_on & {kind, "all"})


def split_overrides(url: str) -> tuple[str, Overrides]:
    """The URL as it is signed and sent, and how to call it; raises WebhookFault when the fragment is wrong."""
    bare, fragment = urldefrag(url)
    given = dict(parse_qsl(fragment, keep_blank_values=True))
    numbers: dict[str, int] = {}
    for name, (least, most) in _RANGES.items():
        value = given.pop(name, None)
        if value is not None:
            if not value.isdecimal() or not least <= int(value) <= most:
                raise _wrong(url, f"{name} must be a whole number from {least} to {most}")
            numbers[name] = int(value)
    policies = frozenset(given.pop("rp", "ct").split(","))
    if not policies <= _POLICIES:
        raise _wrong(url, "rp must be made of " + ", ".join(sorted(_POLICIES)))
    if unknown := given.keys() - {"e", "sni"}:
        raise _wrong(url, f"{min(unknown)} is not known")
    return bare, Overrides(
        connect_s=numbers.get("ct", 5_000) / 1000,
        read_s=numbers.get("rt", 15_000) / 1000,
        total_s=numbers.get("tt", 15_000) / 1000,
        retries=numbers.get("rc", 1),
        retry_on=policies,
    )


def _wrong(url: str, why: str) -> WebhookFault:
    return WebhookFault(f"The connection overrides of {url} are wrong: {why}.", INVALID_RETRY_POLICY)
