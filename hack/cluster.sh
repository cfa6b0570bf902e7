#!/usr/bin/env bash
# A control plane of your own that stays until you end it; see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
exec "$node" "$root/hack/cluster.ts" "$@"
