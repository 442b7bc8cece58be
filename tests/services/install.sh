#!/usr/bin/env bash
# Installs the services that tests talk to (an SMTP server, the published library that verifies webhooks) into a folder
# of their own below the target directory. Does nothing where they are there already. Prints the Python to run them with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${CARGO_TARGET_DIR:-$here/../../target}/services}
mkdir -p "$folder"
# Tests run at once, and one of them installs.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi

python="$folder/venv/bin/python"
if [ -x "$python" ] && cmp -s "$here/requirements.txt" "$folder/installed.txt" && "$python" -c 'import aiosmtpd' 2>/dev/null; then
    echo "$python"
    exit 0
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3 python3-venv; } >&2
    else
        echo "tests of mail and webhooks need Python 3 with venv: apt-get install python3-venv" >&2
        exit 1
    fi
fi
rm -f "$folder/installed.txt"
python3 -m venv --clear "$folder/venv" >&2
"$python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$here/requirements.txt" >&2
cp "$here/requirements.txt" "$folder/installed.txt"
echo "$python"
