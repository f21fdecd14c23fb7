# One image for worker, portal and command line: docker build -t cancellations .
FROM python:3.12-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1
WORKDIR /src
RUN python -m pip install --no-cache-dir --disable-pip-version-check uv==0.13.9 \
 && uv venv /opt/cancellations
COPY requirements-production.lock ./
RUN uv pip sync --no-cache --require-hashes --python /opt/cancellations/bin/python requirements-production.lock
COPY pyproject.toml README.md LICENSE programs.py logs.py loop_watch.py secret_strength.py worker.py cli.py ./
COPY activities activities
COPY catalogue catalogue
COPY console console
COPY embedded embedded
COPY examples examples
COPY pages pages
COPY portal portal
COPY settings settings
COPY states states
COPY workflows workflows
RUN uv pip install --no-cache --no-deps --python /opt/cancellations/bin/python .

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 cancellations \
 && useradd --uid 10001 --gid cancellations --no-create-home --home-dir /var/lib/cancellations cancellations \
 && install -d -o cancellations -g cancellations /var/lib/cancellations
COPY --from=build /opt/cancellations /opt/cancellations
ENV PATH=/opt/cancellations/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CANCELLATIONS_STATE_DIR=/var/lib/cancellations
USER cancellations
WORKDIR /var/lib/cancellations
VOLUME /var/lib/cancellations
EXPOSE 8080
CMD ["python", "-m", "worker"]
