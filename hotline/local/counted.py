"""Where the processes of a machine count what they do, so that one page shows all of it."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.settings import Settings


def count_together(settings: "Settings", *, alone: bool = False) -> None:
    """What this process counts is shown by the web server of its machine, if they share a directory.

    To be called before anything that counts is imported: prometheus-client looks only once where it is to count.
    `alone` makes a directory for the processes of one server where none is set.
    """
    from hotline.settings import COUNTED_TOGETHER

    directory = settings.hotline_metrics_directory
    if directory is None and alone and settings.hotline_metrics_token is not None:
        directory = Path(tempfile.mkdtemp(prefix="hotline-metrics-"))
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        os.environ[COUNTED_TOGETHER] = str(directory.resolve())
