"""Write down how the transcripts go now: `python -m tests.whole.record [part of a file's name ...]`.

After a change of words, read what differs before committing it. A new transcript begins as a heading and CALLER lines,
with `LINE writes: ?` for each text message that must be waited for.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hotline.local.embedded import Postgres, Valkey, running
from hotline.local.ports import free_port
from hotline.store.migrating import migrate
from tests.whole.conftest import line_of_the_tests
from tests.whole.scripts import FOLDER, number_of, record


def main(*parts: str) -> None:
    paths = [path for path in sorted(FOLDER.glob("*.txt")) if not parts or any(part in path.stem for part in parts)]
    with ExitStack() as everything:
        directory = Path(everything.enter_context(tempfile.TemporaryDirectory(prefix="hotline-", dir="/tmp")))
        postgres = Postgres(directory / "postgres", durable=False)
        valkey = Valkey(directory / "valkey", free_port(), durable=False)
        for server in (postgres, valkey):
            everything.enter_context(running(server))
        postgres.create_database("template")
        migrate(postgres.url("template"))
        line = everything.enter_context(line_of_the_tests(directory, postgres, "template", valkey))
        for path in paths:
            heading, _, script = path.read_text("utf-8").partition("\n\n")
            heard = record(line, script, "anonymous" if "withheld" in heading else number_of(path))
            path.write_text(f"{heading}\n\n{heard}", "utf-8")
            line.hang_up_everybody()


if __name__ == "__main__":
    main(*sys.argv[1:])
