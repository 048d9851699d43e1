"""`statements serve`: the web pages on this machine."""

from __future__ import annotations

import click

from statements.commands.output import note


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; the pages ask for no password, so mind who reaches it."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
def command(host: str, port: int) -> None:
    """Serve the pages of the store until Ctrl-C: changes with their red-lines, statements, series and the health of the sources.

    Example: statements serve --port 0
    """
    import signal
    import socket
    import sys

    import uvicorn

    from statements.web.app import create_app
    from statements.web.library import Library

    library = Library()
    _ = library.store  # what is wrong with it is told here, not on the first page
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # from here on a visitor waits, and is not refused
    except OSError as error:
        note(f"statements serve: {host}:{port} cannot be listened on ({error.strerror}); give another --port, or 0 for a free one.")
        sys.exit(1)
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    note(f"The pages are at http://{shown}:{listening.getsockname()[1]}/ until Ctrl-C.")
    # uvicorn raises the signal again once it has ended: then this process must still end what it started, the database above all.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(uvicorn.Config(create_app(library), log_level="warning", access_log=False))
    server.run(sockets=[listening])
