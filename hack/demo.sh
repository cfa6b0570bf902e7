#!/usr/bin/env bash
# The main job of numasim, shown: which pods' memory moves when their cgroups are switched on, and what it costs.
#
#   hack/demo.sh             in this process, without a cluster: simulates manifests/samples/quickstart
#   hack/demo.sh --cluster   through a real control plane: kubectl, the operator, status; cleans up after itself
#
# With NUMASIM_USE_EXISTING_CLUSTER=1 and KUBECONFIG, --cluster uses that cluster instead of starting one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
cd "$root"

case "${1:-}" in
'')
  step 'Simulating 60 s of manifests/samples/quickstart (no cluster, no hardware, no root)'
  exec node src/cli/main.ts run -f manifests/samples/quickstart --duration 60s
  ;;
--cluster) exec node hack/demo-cluster.ts ;;
*)
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
  [[ $1 == --help || $1 == -h ]] || exit 2
  ;;
esac
