# One image for every Airflow service: the same pins as on a developer's machine, and our packages beside them.
FROM python:3.12-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/statements \
 && /opt/statements/bin/pip install --no-cache-dir --no-deps --require-hashes --no-compile -r /tmp/base.txt \
 && /opt/statements/bin/python -m compileall -q -j0 /opt/statements/lib

FROM python:3.12-slim-bookworm
RUN useradd --create-home --uid 50000 --gid 0 airflow \
 && install -d -o airflow -g 0 -m 775 /opt/airflow /opt/airflow/logs /var/lib/statements /var/lib/statements/snapshots /etc/statements
COPY --from=packages /opt/statements /opt/statements
COPY --chown=airflow:0 pyproject.toml /app/
COPY --chown=airflow:0 schemas /app/schemas
COPY --chown=airflow:0 scrapers /app/scrapers
COPY --chown=airflow:0 statements /app/statements
COPY --chown=airflow:0 sql /app/sql
COPY --chown=airflow:0 dags /app/dags
COPY --chown=airflow:0 plugins /app/plugins
COPY --chown=airflow:0 tools /app/tools
RUN printf '#!/bin/sh\nexec /opt/statements/bin/python -m statements "$@"\n' > /usr/local/bin/statements && chmod 755 /usr/local/bin/statements
ENV PATH=/opt/statements/bin:$PATH PYTHONPATH=/app AIRFLOW_HOME=/opt/airflow STATEMENTS_HOME=/var/lib/statements GX_ANALYTICS_ENABLED=false
USER airflow
WORKDIR /app
ENTRYPOINT ["airflow"]
