"""What Airflow's API server loads from us: the web pages of the store, behind Airflow's login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

Message = MutableMapping[str, Any]


class StatementHistoryPages:
    """The application, made by its first request: every component of Airflow loads plugins, and only one serves them."""

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        await self._app(scope, receive, send)

    @cached_property
    def _app(self) -> Any:
        from airflow.api_fastapi.core_api.security import requires_access_dag
        from fastapi import Depends

        from statements.web.app import create_app

        # Airflow asks nobody for a login on behalf of a plugin. Who may read DAGs may read what they brought in.
        return create_app(dependencies=[Depends(requires_access_dag("GET"))])


class StatementHistoryPlugin(AirflowPlugin):
    """Statement history, in Airflow's menu under Browse."""

    name = "statement_history"
    fastapi_apps = [{"name": "Statement history", "url_prefix": "/statement-history", "app": StatementHistoryPages()}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Statement history",
            "href": "statement-history/",
            "url_route": "statement-history",
            "destination": "nav",
            "category": "browse",
        }
    ]
