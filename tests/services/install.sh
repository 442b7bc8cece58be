#!/usr/bin/env bash
# Installs what tests talk to (an SMTP server, the published library that verifies webhooks, the published clients that
# send calls) into a folder of their own below the target directory: `venv` for Python, `node/node_modules` for Node.
# Does nothing where they are there already. Prints the Python to run them with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${CARGO_TARGET_DIR:-$here/../../target}/services}
mkdir -p "$folder"
# Tests run at once, and one of them installs.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi

# Installs packages of the system, or says that somebody has to.
system() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; } >&2
    else
        echo "tests of mail, webhooks and clients need this: apt-get install $*" >&2
        exit 1
    fi
}

python="$folder/venv/bin/python"
if ! { [ -x "$python" ] && cmp -s "$here/requirements.txt" "$folder/installed.txt" && "$python" -c 'import aiosmtpd, prometheus_client' 2>/dev/null; }; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || system python3 python3-venv
    rm -f "$folder/installed.txt"
    python3 -m venv --clear "$folder/venv" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$folder/installed.txt"
fi

node="$folder/node"
if ! { command -v node >/dev/null && cmp -s "$here/package-lock.json" "$node/installed.json"; }; then
    { command -v node && command -v npm; } >/dev/null || system nodejs npm
    mkdir -p "$node"
    rm -f "$node/installed.json"
    cp "$here/package.json" "$here/package-lock.json" "$node/"
    npm ci --prefix "$node" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp "$here/package-lock.json" "$node/installed.json"
fi
echo "$python"
