"""The web pages as an application that any ASGI server can serve, alone or behind another's login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response

from schemas.errors import StatementsError, StoreError
from statements.web.library import Library
from statements.web.views import NotFound, problem, router

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


def create_app(library: Library | None = None, dependencies: Sequence[Any] = ()) -> FastAPI:
    """The pages over a store, which is opened by the first request.

    Args:
        library: by default, what the settings name.
        dependencies: FastAPI's, asked before every page; whoever serves these pages to others puts the login there.
    """
    # No page of ours describes the routes, and FastAPI's own would stand outside of the dependencies.
    app = FastAPI(title="Statement history", dependencies=list(dependencies), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.library = library or Library()
    app.include_router(router)

    @app.middleware("http")
    async def _guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(NotFound)
    async def _not_found(request: Request, error: NotFound) -> Response:
        return problem(request, 404, "Not here", str(error))

    @app.exception_handler(404)
    async def _no_page(request: Request, error: Exception) -> Response:
        return problem(request, 404, "Not here", f"There is no page {request.url.path}.")

    @app.exception_handler(StoreError)
    async def _no_store(request: Request, error: StoreError) -> Response:
        return problem(request, 503, "The store is out of reach", str(error))

    @app.exception_handler(StatementsError)
    async def _failed(request: Request, error: StatementsError) -> Response:
        return problem(request, 500, "This page could not be made", str(error))

    return app
