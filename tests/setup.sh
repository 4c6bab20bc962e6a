#!/bin/sh
# What the tests need besides Python packages.  What cannot be had is named; under CI=true that is a failure.
set -u
cd "$(dirname "$0")/.."
missing=0
want() { echo "MISSING FOR THE TESTS: $1" >&2; missing=1; }

has_browser() { command -v chromium >/dev/null || ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/ >/dev/null 2>&1; }
has_driver() { .venv/bin/playwright --version >/dev/null 2>&1; }  # its Node wants libatomic, which a bare Debian lacks
if ! has_browser || ! has_driver; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium libatomic1; } >/dev/null
    elif has_driver; then
        .venv/bin/playwright install chromium
    fi
fi
has_driver || want "the driver of Playwright (apt install libatomic1)"
has_browser || want "Chromium (apt install chromium, or playwright install chromium)"

# A second engine, a relay, and network namespaces.
for program in firefox-esr:firefox-esr turnserver:coturn ip:iproute2; do
    command -v "${program%%:*}" >/dev/null && continue
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${program##*:}"; } >/dev/null
    fi
    command -v "${program%%:*}" >/dev/null || want "${program%%:*} (apt install ${program##*:})"
done

postgres=${CHIBO_TEST_POSTGRES:-postgresql+asyncpg://postgres@127.0.0.1:5432/postgres}
.venv/bin/python - "$postgres" <<'PY' || want "PostgreSQL at 127.0.0.1:5432, or the address in CHIBO_TEST_POSTGRES"
import asyncio, sys
import asyncpg
asyncio.run(asyncio.wait_for(asyncpg.connect(sys.argv[1].replace("+asyncpg", "")), 5))
PY

[ "${CI:-}" != true ] || exit "$missing"
