#!/usr/bin/env bash
# Make .venv hold exactly what a lock file names, and this package. Usage: tools/environment.sh LOCK
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$(pwd -P)
lock=$1

exec 9>.environment.lock
flock 9 # two makes at once must not write one environment

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if is_recent "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "Throughcare needs Python 3.11 or newer; found $(python3 --version 2>/dev/null || echo none)." >&2
  echo "On Debian 12 or later: apt-get install python3 python3-venv. Elsewhere, set PYTHON=/path/to/python3.11." >&2
  return 1
}

# The environment's scripts hold its absolute path: one that was moved or whose Python is gone is made again.
is_sound() {
  is_recent .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 &&
    [ "$(cat .venv/.made-at 2>/dev/null)" = "$here" ]
}

if ! is_sound; then
  python=$(find_python)
  "$python" -c 'import ensurepip' 2>/dev/null || tools/system_packages.sh setup "$python"
  echo "Making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
  echo "$here" >.venv/.made-at
fi

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input --quiet "$@"; }

echo "Installing $lock (hashes checked)"
pip install --require-hashes --no-deps -r "$lock"
pip install --no-index --no-deps --no-build-isolation --editable .
