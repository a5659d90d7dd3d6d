#!/bin/sh
# 500 calls over a line that loses 5 % of all packets: none may be stuck. Needs root (a network namespace, nft).
# Other figures: bench/lossy.sh --calls 1000 --loss 10 --rate 8
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/tests" && exec "$root/.venv/bin/python" -m scenarios.lossy --calls 500 --loss 5 "$@"
