#!/usr/bin/env bash
# Builds `flow` and runs this project over every purchase of the CDNOW data set (69,659 rows, 1997–1998).
# The file is looked for in $CDNOW and beside the repository; else the excerpt in this folder is used.
set -euo pipefail
cd "$(dirname "$0")/../.."

events=examples/cdnow/sample.csv
for candidate in "${CDNOW:-}" ../shared/data/cdnow/transactions.csv; do
  if [ -n "$candidate" ] && [ -f "$candidate" ]; then
    events=$candidate
    break
  fi
done

target=${CARGO_TARGET_DIR:-target}
cargo build --profile quick --locked --quiet --bin flow
"$target/quick/flow" run examples/cdnow --events "$events" --sort --until 1998-06-30 \
  --out "${OUT:-$target/cdnow-decisions.jsonl}"
