#!/usr/bin/env bash
# Install the system packages that are missing, where that is allowed; elsewhere say in plain words what to install.
# Usage: tools/system_packages.sh setup PYTHON | test
set -euo pipefail

has_any() {
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

has_postgres() { has_any initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing=()
case ${1:-} in
  setup)
    python=${2:-python3}
    "$python" -c 'import ensurepip' 2>/dev/null ||
      missing+=("$("$python" -c 'import sys; print(f"python3.{sys.version_info.minor}-venv")')")
    what_for='Python cannot make a virtual environment'
    ;;
  test)
    has_any chromium chromium-browser google-chrome || missing+=(chromium fonts-liberation)
    has_postgres || missing+=(postgresql)
    has_any mosquitto /usr/sbin/mosquitto || missing+=(mosquitto)
    what_for='the tests in a browser, on PostgreSQL or with an MQTT broker cannot run'
    ;;
  *)
    echo "Usage: tools/system_packages.sh setup PYTHON | test" >&2
    exit 2
    ;;
esac
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if has_any apt-get && "${as_root[@]}" true 2>/dev/null; then
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt=("${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300)
  if "${apt[@]}" update >/dev/null && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
fi

echo "Without these packages $what_for: ${missing[*]}" >&2
echo "On Debian or Ubuntu: sudo apt-get install ${missing[*]}" >&2
# A person may run the other tests; CI must not pass with tests left out.
if [ "$1" = test ] && [ "${CI:-}" != true ]; then exit 0; fi
exit 1
