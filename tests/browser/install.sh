#!/bin/sh
# Makes sure that there is a browser for the tests and prints its path, or nothing for Playwright's own.
# Order: what is on PATH, Debian's or Ubuntu's chromium, Playwright's download. $PYTHON is the tests' Python.
set -eu

found() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" 2>/dev/null; then return 0; fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

if found; then exit 0; fi

if command -v apt-get >/dev/null 2>&1; then
    echo "No browser found: installing chromium with apt-get." >&2
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium </dev/null >&2 &&
        found; then
        exit 0
    fi
fi

echo "No chromium from the system: asking Playwright for its own." >&2
if "${PYTHON:-python3}" -m playwright install --with-deps chromium </dev/null >&2; then exit 0; fi
echo "The browser tests need Chromium. Install it (Debian: apt-get install chromium) and run make test again." >&2
exit 1
