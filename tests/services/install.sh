#!/usr/bin/env bash
# Installs what tests talk to (an SMTP server, the published library that verifies webhooks, the published clients that
# send calls, what packages for editors are built and tried with) into a folder of their own below the target directory:
# `venv` for Python, `node/node_modules` and `vscode/node_modules` for Node. Neovim, Chromium, curl
# and jq are packages of the system.
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
        echo "tests of mail, webhooks, clients and editors need this: apt-get install $*" >&2
        exit 1
    fi
}

python="$folder/venv/bin/python"
if ! { [ -x "$python" ] && cmp -s "$here/requirements.txt" "$folder/installed.txt" && "$python" -c 'import aiosmtpd, prometheus_client, tree_sitter, yaml' 2>/dev/null; }; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || system python3 python3-venv
    rm -f "$folder/installed.txt"
    python3 -m venv --clear "$folder/venv" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$folder/installed.txt"
fi

# Packages for Node: those that a folder names, into a folder of their own.
node() {
    local named=$1 into=$2
    if command -v node >/dev/null && cmp -s "$named/package-lock.json" "$into/installed.json"; then return; fi
    { command -v node && command -v npm; } >/dev/null || system nodejs npm
    mkdir -p "$into"
    rm -f "$into/installed.json"
    cp "$named/package.json" "$named/package-lock.json" "$into/"
    npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp "$named/package-lock.json" "$into/installed.json"
}

node "$here" "$folder/node"
node "$here/../../editors/vscode" "$folder/vscode"
command -v nvim >/dev/null || system neovim
{ command -v curl && command -v jq; } >/dev/null || system curl jq
command -v chromium >/dev/null || system chromium
echo "$python"
