"""A call as text to keep."""

from collections.abc import Iterable
from typing import Any

from hotline.phone.page.feed import Event

_MARKS = {"trouble": "!", "noted": "·"}


def transcript(events: Iterable[Event]) -> str:
    """One line for each thing that was said or done: minutes and seconds since it was dialled, who, what."""
    listed = list(events)
    if not listed:
        return ""
    began = listed[0].at
    lines = []
    for event in listed:
        if words := _words(event.kind, event.told):
            minutes, seconds = divmod(int((event.at - began).total_seconds()), 60)
            lines.append(f"{minutes}:{seconds:02}  {words}")
    stopped = next((event.told for event in listed if event.kind == "clock"), None)
    if stopped:
        lines += ["", f"From answer to stopped card: {stopped['seconds']:.1f} seconds"]
    return "\n".join(lines) + "\n"


def _words(kind: str, told: Any) -> str | None:
    match kind:
        case "dialled":
            return f"CALLER dials {told['to']}"
        case "answered":
            return "LINE answers"
        case "said" | "played":
            who = "LINE" if told["who"] == "line" else "LINE to the operator"
            return f"{who} ({told['language']}): {told['text']}"
        case "pressed":
            return f"CALLER presses {told['keys']}"
        case "spoke":
            return f"CALLER says: {told['words']}"
        case "trouble" | "noted":
            return f"{_MARKS[kind]} {told['text']}"
        case "recovered":
            return "! The line answers again."
        case "behind" if told["kind"] == "backend":
            return f"BACKEND {told['target']}: {told['answer']}, receipt number {told['receipt_number']}"
        case "over":
            return f"{told['by'].upper()} ends the call: {told['status']}{_because(told)}"
    return None


def _because(told: Any) -> str:
    return f". {told['text']}" if "text" in told else ""
