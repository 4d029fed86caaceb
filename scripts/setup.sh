#!/usr/bin/env bash
# Make .venv with everything in it; what is missing on a bare Debian or Ubuntu is installed when we may.
set -euo pipefail
cd "$(dirname "$0")/.."

may_install() { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }

find_python() {
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$name" ] && command -v "$name" >/dev/null &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$name" && return
  done
  return 1
}

python=$(find_python) || { echo "Python 3.11 or newer is needed; set PYTHON to it." >&2; exit 2; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  may_install || { echo "Python's venv module is needed: apt-get install python3-venv" >&2; exit 2; }
  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
fi
if [ ! -x .venv/bin/python ]; then "$python" -m venv .venv; fi
if [ "${1:-}" = dev ]; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
  touch .venv/.dev
else
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
fi
touch .venv/.ready
