#!/usr/bin/env bash
# Writes hack/tools/go.mod and go.sum for the versions in versions.env.
#
# k8s.io/kubernetes lists its staging modules (k8s.io/api, k8s.io/client-go, …) at v0.0.0 and replaces them by folders
# of its own repository. A module that requires it has to replace them itself, by their published v0.<minor>.<patch>.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./versions.env

go_mod=$(cd / && GOTOOLCHAIN=local GOFLAGS=-mod=mod go mod download -json "k8s.io/kubernetes@$KUBERNETES_VERSION" |
  sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
go_version=$(sed -n 's/^go //p' "$go_mod")
# Exactly v0.0.0: pseudo-versions such as k8s.io/utils v0.0.0-2026… are published as they are.
staging=$(sed -nE 's#^[[:space:]]+(k8s\.io/[^ ]+) v0\.0\.0( //.*)?$#\1#p' "$go_mod")
godebug=$(grep '^godebug ' "$go_mod" || true)

{
  echo 'module numasim.dev/hack/tools'
  echo
  echo "go $go_version"
  echo
  [[ -z $godebug ]] || printf '%s\n\n' "$godebug"
  echo 'tool ('
  printf '\t%s\n' go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kubectl}
  echo ')'
  echo
  echo 'require ('
  printf '\tgo.etcd.io/etcd/server/v3 %s\n\tk8s.io/kubernetes %s\n' "$ETCD_VERSION" "$KUBERNETES_VERSION"
  echo ')'
  echo
  echo 'replace ('
  for module in $staging; do
    printf '\t%s => %s %s\n' "$module" "$module" "v0${KUBERNETES_VERSION#v1}"
  done
  echo ')'
} >go.mod
rm -f go.sum
GOTOOLCHAIN=local go mod tidy
