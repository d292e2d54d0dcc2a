"""Whether programs still run."""


def is_running(pid: int) -> bool:
    """Whether a process lives; what waits to be collected by its parent does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
