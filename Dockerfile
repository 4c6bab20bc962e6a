# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web/ ./
RUN npm run build

FROM python:3.12-slim-bookworm AS python
WORKDIR /srv/chibo
COPY locks/run.txt locks/
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r locks/run.txt
COPY pyproject.toml README.md ./
COPY server/ server/
COPY migrations/ migrations/
COPY web/templates/ web/templates/
COPY web/locale/ web/locale/
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && .venv/bin/pybabel compile --domain chibo --directory web/locale

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/chibo chibo && mkdir -p /var/lib/chibo && chown chibo /var/lib/chibo
WORKDIR /srv/chibo
COPY --from=python /srv/chibo ./
COPY --from=web /build/web/dist web/dist/
ENV PATH=/srv/chibo/.venv/bin:$PATH PYTHONUNBUFFERED=1 CHIBO_HOST=0.0.0.0 CHIBO_DATA_DIR=/var/lib/chibo \
    CHIBO_DATABASE=sqlite+aiosqlite:////var/lib/chibo/chibo.sqlite
USER chibo
VOLUME /var/lib/chibo
EXPOSE 8080/tcp 8081/udp 8081/tcp
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["sh", "-c", "chibo migrate && exec chibo run"]
