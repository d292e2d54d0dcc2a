"""Becomes another program that cannot outlive the one that started it.

Run as `python -I -S tether.py PARENT SIGNAL ACCOUNT PROGRAM ARGUMENT...`, with `-` for no other account.
A script of its own, with the standard library only, because the alternative, Python code between fork and exec
(`preexec_fn`), may hang in a program with threads, and Python warns of it since 3.12.
"""

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, number: int, account: str, program: list[str]) -> None:
    """Replace this program by `program`, which gets signal `number` when the program `parent` dies.

    Only Linux knows such a signal. It reaches the program itself, not what that starts.
    """
    if account != "-":
        _become(account)
    if sys.platform == "linux":
        # After the change of account, which would clear it again.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)
    os.execv(program[0], program)


def _become(account: str) -> None:
    entry = pwd.getpwnam(account)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
