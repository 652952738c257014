# Yinzhengtong in one image: `yzt up` with the embedded PostgreSQL, as an ordinary user, state in one volume.
# Links come in on 127.0.0.1 unless /var/lib/yzt/yzt.toml says `[gateway] host = "0.0.0.0"`; the figures of each process
# likewise with its own `metrics_host`: publish 9610 to 9612 to the monitoring network only.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/yzt
COPY requirements.lock ./
RUN /opt/yzt/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml ./
COPY protocol/ protocol/
COPY rules/ rules/
COPY ledger/ ledger/
COPY gateway/ gateway/
COPY frontend_sim/ frontend_sim/
COPY config/ config/
COPY benchmarks/ benchmarks/
RUN /opt/yzt/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Yinzhengtong" \
      org.opencontainers.image.description="Bank-securities gateway: freezes and releases order money in real time" \
      org.opencontainers.image.version="0.1.0"
RUN useradd --system --uid 10001 --home-dir /var/lib/yzt --create-home --shell /usr/sbin/nologin yzt
COPY --from=build /opt/yzt /opt/yzt
ENV PATH=/opt/yzt/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/lib/yzt
VOLUME /var/lib/yzt
USER yzt
EXPOSE 7610 9610 9611 9612
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 CMD ["yzt", "status"]
ENTRYPOINT ["yzt"]
CMD ["up"]
