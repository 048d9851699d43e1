"""Set up from nothing: a virtual environment with pinned, hash-checked and byte-compiled packages. Standard library only.

    python3 tools/setup.py base      what `make demo` and `make run` need
    python3 tools/setup.py test      and what the tests, checks and benchmarks need
    python3 tools/setup.py pywb      a web archive's server, in an environment of its own, for the tests
    python3 tools/setup.py lock      pin anew what requirements/*.in ask for
    python3 tools/setup.py clean     delete what set-up and the programs made, and say what

Runs under any Python 3; the environment itself is made with 3.11, 3.12 or 3.13. A second call that finds its work
done takes a moment.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
VERSIONS = ((3, 13), (3, 12), (3, 11))
NEEDED_MB = {"base": 1500, "test": 2200, "pywb": 200}
INCLUDES = {"base": ("base", "test"), "test": ("test",), "pywb": ("pywb",)}  # an environment that was set up for one of these will do
BESIDE = {"base": ".venv", "test": ".venv", "pywb": ".venv-pywb"}
HEADER = "# Written by `make lock`; edit the .in file.\n"
MADE = (".venv", ".venv-pywb", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache")


class SetupError(Exception):
    """Set-up cannot go on; the sentence says why and what to do."""


def main(arguments: list[str]) -> int:
    """Do what is asked; 0 when done, 1 with a sentence on standard error when not."""
    work = {"lock": lock, "clean": clean}
    what = arguments[0] if arguments else "base"
    if what not in work and what not in NEEDED_MB:
        print(__doc__)
        return 2
    try:
        if what in work:
            work[what]()
        else:
            set_up(what)
    except SetupError as error:
        print(f"\nset-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up: stopped; the next call goes on from here.", file=sys.stderr)
        return 130
    return 0


def set_up(what: str) -> None:
    """Make the environment hold what `what` needs, or find that it does."""
    pins = REQUIREMENTS / f"{what}.txt"
    if what == "pywb" and not pins.exists():
        return
    environment = ROOT / BESIDE[what]
    if is_done(environment, what):
        return
    say(f"Setting up {environment.name} for {what}: {count(pins)} packages, a few minutes the first time.")
    with Path(__file__).open() as this_file:  # one set-up at a time
        fcntl.flock(this_file, fcntl.LOCK_EX)
        if is_done(environment, what):
            return
        began = time.monotonic()
        free = shutil.disk_usage(str(ROOT)).free // 1_000_000
        if free < NEEDED_MB[what] and not environment.exists():
            raise SetupError(f"{ROOT} has {free} MB free; {what} needs about {NEEDED_MB[what]} MB. Make room and call again.")
        uv = shutil.which("uv")
        make_environment(environment, uv)
        install(environment, pins, uv)
        if what != "pywb":
            install_project(environment, uv)
        compile_bytes(environment)
        stamp(environment).write_text(json.dumps({"done": [[name, fingerprint(name)] for name in BESIDE if what in INCLUDES[name]]}), "utf-8")
        say(f"Set up in {time.monotonic() - began:.0f} s.")


# ── the environment ──────────────────────────────────────────────────────────────────────────────


def stamp(environment: Path) -> Path:
    return environment / "set-up.json"


def fingerprint(what: str) -> str:
    """What the environment depends on: the pins, the project's own metadata, and where it stands."""
    pins = REQUIREMENTS / f"{what}.txt"
    parts = [pins.read_bytes() if pins.exists() else b"", (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_done(environment: Path, what: str) -> bool:
    try:
        done = json.loads(stamp(environment).read_text("utf-8"))["done"]
    except (OSError, ValueError, KeyError):
        return False
    return [what, fingerprint(what)] in done and works(str(python_of(environment)))


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def works(python: str) -> bool:
    """Whether this interpreter runs and is one of ours; a pyenv shim may exist and fail."""
    question = f"import sys; sys.exit(sys.version_info[:2] not in {VERSIONS})"
    try:
        return subprocess.run([python, "-c", question], stdin=subprocess.DEVNULL, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def find_python() -> str | None:
    """The interpreter that called us where it will do, else the newest that does."""
    names = [sys.executable] + [f"python{major}.{minor}" for major, minor in VERSIONS]
    candidates = [path for path in (shutil.which(name) for name in names if name) if path]
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for major, minor in VERSIONS:
        candidates += [str(path) for path in sorted(versions.glob(f"{major}.{minor}*/bin/python"), reverse=True)]
    return next((python for python in candidates if works(python)), None)


def make_environment(environment: Path, uv: str | None) -> None:
    if works(str(python_of(environment))):
        return
    python = find_python()
    if python is None and uv is None:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"Python 3.11, 3.12 or 3.13 is needed and this machine has {found}; install one of them, or uv, which brings its own.")
    say(f"  making {environment.name} with {python or 'a Python that uv brings'}")
    if uv:
        run([uv, "venv", "--clear", "--python", python or "3.12", str(environment)], environment)
    else:
        assert python is not None
        run([python, "-m", "venv", "--clear", str(environment)], environment, "On Debian and Ubuntu: apt install python3-venv.")


def install(environment: Path, pins: Path, uv: str | None) -> None:
    python = str(python_of(environment))
    if uv:
        run([uv, "pip", "install", "--python", python, "--require-hashes", "--no-deps", "-r", str(pins)], environment)
        return
    if not (environment / "bin" / "pip").exists():  # made by uv, which is gone
        run([python, "-m", "ensurepip"], environment)
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    run([python, "-m", "pip", "install", *quiet, "--require-hashes", "--no-deps", "--no-compile", "-r", str(pins)], environment, total=count(pins))


def install_project(environment: Path, uv: str | None) -> None:
    python = str(python_of(environment))
    how = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    if uv:
        run([uv, "pip", "install", "--python", python, *how], environment)
    else:
        run([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", *how], environment)


def compile_bytes(environment: Path) -> None:
    """Byte-compile: Airflow alone imports three times as fast, and every task imports it."""
    say("  byte-compiling")
    libraries = next(environment.glob("lib/python3*/site-packages"))
    left_out = r"/(tests|testing/tests|test)/"  # nobody imports the packages' own tests
    command = [str(python_of(environment)), "-m", "compileall", "-q", "-j", "0", "-x", left_out, str(libraries)]
    clean_environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # Templates of other languages' files lie among the packages: what does not compile is not ours to mend.
    subprocess.run(command, env=clean_environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def run(command: list[str], environment: Path, hint: str = "", total: int = 0) -> None:
    """Run one step, its words in a log, its progress on the terminal.

    Raises:
        SetupError: it failed; holds its last words and the log's place.
    """
    log = ROOT / "var" / "logs" / "set-up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    last: list[str] = []
    began = shown = time.monotonic()
    seen, unpacking = 0, False
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=str(ROOT))
        assert process.stdout is not None
        try:
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace")
                file.write(line)
                last = [*last, line.strip()][-6:] if line.strip() else last
                seen += line.startswith("Collecting ")
                unpacking = unpacking or line.startswith("Installing collected")
                if total and time.monotonic() - shown > (0.2 if sys.stdout.isatty() else 10):
                    shown = time.monotonic()
                    progress("  unpacking" if unpacking else f"  {seen} of {total} packages", shown - began)
            process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if total and sys.stdout.isatty():
        print("\r\033[K", end="")
    if process.returncode:
        told = [line for line in last if "error" in line.lower()] or last[-2:]
        raise SetupError(" ".join([*told, f"(all of it: {log}).", hint]).strip())


def count(pins: Path) -> int:
    return sum("==" in line and not line.lstrip().startswith("#") for line in pins.read_text("utf-8").splitlines())


def progress(words: str, seconds: float) -> None:
    line = f"{words}, {seconds:.0f} s"
    print(f"\r\033[K{line}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)


def say(words: str) -> None:
    print(words, flush=True)


# ── pins, and the way back ───────────────────────────────────────────────────────────────────────


def lock() -> None:
    """Resolve requirements/*.in to pins with hashes for every supported Python, without a word about where they come from."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv")
        if uv is None:
            say("Fetching uv, which resolves the pins.")
            python = find_python() or sys.executable
            run([python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--target", folder, "uv"], ROOT)
            uv = str(Path(folder) / "bin" / "uv")
        for wanted in sorted(REQUIREMENTS.glob("*.in")):
            pins = wanted.with_suffix(".txt")
            say(f"  {wanted.name} → {pins.name}")
            how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
            same = ["--constraint", "requirements/base.txt"] if wanted.stem == "test" else []  # the tests run what is run in earnest
            files = ["--output-file", f"requirements/{pins.name}", f"requirements/{wanted.name}"]
            run([uv, "pip", "compile", "--quiet", *how, *same, *files], ROOT)
            pins.write_text(HEADER + pins.read_text("utf-8").replace(HEADER, ""), "utf-8")


def clean() -> None:
    """Delete the environments and caches, with STORE=1 also everything under var/; name each first, and what is kept."""
    var = ROOT / "var"
    doomed = [ROOT / name for name in MADE]
    if os.environ.get("STORE"):
        if (var / "postgres" / "data" / "postmaster.pid").exists():
            raise SetupError("the database under var/ is in use or was not stopped; `make down` first.")
        doomed += [(var / "postgres").resolve(), var]  # as root the database may lie apart from var/
    doomed += sorted(path for path in ROOT.rglob("__pycache__") if not set(path.parents) & set(doomed))
    for path in [path for path in doomed if path.exists() or path.is_symlink()]:
        say(f"deleting {path}")
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(str(path), ignore_errors=True)
    if var.exists():
        say(f"kept: {var} (stores, snapshots, logs); `make clean STORE=1` deletes it too.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
