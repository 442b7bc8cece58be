#!/usr/bin/env bash
# Writes into `extension.toml` from where Zed takes the grammar: this clone, at the commit that it is at.
set -euo pipefail
cd "$(dirname "$0")"
clone=$(git rev-parse --show-toplevel)
commit=$(git rev-parse HEAD)
sed -i.before -e "s|^repository = .*|repository = \"file://$clone\"|" -e "s|^rev = .*|rev = \"$commit\"|" extension.toml
rm extension.toml.before
