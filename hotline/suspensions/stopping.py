"""Being asked to end, as something that can be waited for."""

import os
import select
import signal
from types import FrameType, TracebackType


class Stopping:
    """Becomes true, and readable, once SIGTERM or SIGINT came. Only for a process's main thread."""

    def __init__(self) -> None:
        self._asked = False
        self._readable, self._writable = os.pipe()

    def __enter__(self) -> "Stopping":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(self._readable)
        os.close(self._writable)

    def __bool__(self) -> bool:
        return self._asked

    def fileno(self) -> int:
        """Readable from the moment on that the process was asked to end."""
        return self._readable

    def wait(self, seconds: float) -> None:
        """Return when the time is over, or at once when the process is asked to end."""
        select.select([self], [], [], seconds)

    def _hear(self, *_: int | FrameType | None) -> None:
        if not self._asked:
            self._asked = True
            os.write(self._writable, b".")
