#!/usr/bin/env bash
# All checks of the project: format, lints, every test. Needs the Rust toolchain, and Python 3, Node and Chromium for the services
# and clients that tests of the daemon talk to; the script installs those below the target directory.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "— format"
cargo fmt --all --check
echo "— lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
echo "— services"
bash tests/services/install.sh >/dev/null
echo "— tests"
# The same random cases on every run of this script; a plain `cargo test` draws new ones.
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-20261123}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cargo test --workspace --lib --bins --tests --locked --no-fail-fast 2>&1 | tee "$log" | grep -v '^running 0 tests$' || failed=1
# Each test binary prints its own result; this is their sum.
awk '/^test result:/ { passed += $4; failed += $6 } END { printf "%d passed, %d failed\n", passed, failed }' "$log"
exit "${failed:-0}"
