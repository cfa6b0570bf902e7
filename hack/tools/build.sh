#!/usr/bin/env bash
# Builds the programs of the control plane, once, and prints the directory that holds them.
#
#   hack/tools/build.sh              all of them
#   hack/tools/build.sh NAME…        only these: etcd kube-apiserver kubectl kube-controller-manager kube-scheduler
#                                    kwok kwok-stages.yaml kind
#
# Standard output is that one line; progress goes to standard error, and there is none when nothing is to be built.
# Every file is built under another name and renamed when complete, so what exists is whole: an interrupted build
# goes on where it was, and builds at the same time cannot harm each other (the lock only saves double work).
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$tools/versions.env"

all=(etcd kube-apiserver kubectl kube-controller-manager kube-scheduler kwok kwok-stages.yaml kind)
bin="${XDG_CACHE_HOME:-$HOME/.cache}/numasim/bin/kubernetes-${KUBERNETES_VERSION}_etcd-${ETCD_VERSION}_kwok-${KWOK_VERSION}_kind-${KIND_VERSION}"
lock="$bin/.lock"
heartbeat_seconds=15
# A holder renews its lock with every heartbeat; one that has not for this long is dead, or on a machine that is gone.
lock_stale_minutes=1

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "hack/tools/build.sh: $1"
  shift
  for line in "$@"; do say "  $line"; done
  exit 1
}

missing() {
  local name
  for name in "$@"; do [[ -e $bin/$name ]] || printf '%s\n' "$name"; done
}

require_go() {
  local instead=(
    "Or use no Go at all:"
    "  KUBEBUILDER_ASSETS=DIR  a directory with etcd, kube-apiserver and kubectl (setup-envtest makes one), or"
    "  NUMASIM_USE_EXISTING_CLUSTER=1 KUBECONFIG=FILE  a cluster that runs already (kind, minikube, …)."
  )
  command -v go >/dev/null || fail "Go is not installed; it is needed once, to build the control plane." \
    "Install Go 1.26 or later: https://go.dev/doc/install" "${instead[@]}"
  local version major minor
  version=$(GOTOOLCHAIN=local go env GOVERSION)
  IFS=. read -r major minor _ <<<"${version#go}"
  minor=${minor%%[!0-9]*}
  ((major > 1 || minor >= 26)) || fail "Go is ${version#go}; Kubernetes ${KUBERNETES_VERSION} needs 1.26 or later." \
    "Install a newer one: https://go.dev/doc/install" "${instead[@]}"
}

# One process of this machine that is gone, or any that stopped renewing, no longer holds the lock.
lock_is_dead() {
  local host pid
  read -r host pid 2>/dev/null <"$lock/holder" || true
  if [[ ${host:-} == "$(uname -n)" && -n ${pid:-} ]] && ! kill -0 "$pid" 2>/dev/null; then return 0; fi
  [[ -n $(find "$lock" -maxdepth 0 -mmin +"$lock_stale_minutes" 2>/dev/null) ]]
}

take_lock() {
  local waited=0
  until mkdir "$lock" 2>/dev/null; do
    [[ -w $bin ]] || fail "Cannot write to $bin." 'Make it writable, or choose another cache with XDG_CACHE_HOME.'
    if lock_is_dead; then
      rm -rf "$lock"
      continue
    fi
    ((waited % heartbeat_seconds != 0)) || say "Another build of the control plane is running; waiting for it (${waited} s)."
    sleep 1
    waited=$((waited + 1))
    [[ -n $(missing "$@") ]] || return 0
  done
  printf '%s %s\n' "$(uname -n)" "$$" >"$lock/holder"
}

# Renews the lock and tells that the step is alive, for as long as this script lives.
heartbeat() {
  local title=$1 parent=$$ seconds=0
  # Without our output: a sleep that outlives the script must not keep its reader waiting.
  while sleep 1 >/dev/null 2>&1 && kill -0 "$parent" 2>/dev/null; do
    seconds=$((seconds + 1))
    ((seconds % heartbeat_seconds == 0)) || continue
    touch "$lock" 2>/dev/null || true
    say "$title … ${seconds} s"
  done
}

go_build() {
  local package=$1 output=$2
  local version='k8s.io/component-base/version' minor=${KUBERNETES_VERSION#v1.}
  # Without the version flags kubectl and /version would claim to be v0.0.0-master.
  (cd "$tools" && go build -mod=readonly -buildvcs=false -trimpath -o "$output" -ldflags "-s -w \
    -X $version.gitVersion=$KUBERNETES_VERSION -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*} \
    -X $version.gitTreeState=clean" "$package")
}

# kwok and kind bring no replace lines, and their dependencies must not mix with those of Kubernetes.
go_install() {
  local package=$1 directory=$2 ldflags=$3
  (cd / && GOBIN="$directory" go install -buildvcs=false -trimpath -ldflags "-s -w $ldflags" "$package")
}

make_kwok_stages() {
  local output=$1 source
  source=$(cd / && go mod download -json "sigs.k8s.io/kwok@$KWOK_VERSION" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p')
  "$bin/kubectl" kustomize --load-restrictor LoadRestrictionsNone "$source/kustomize/stage/fast" >"$output"
}

build() {
  local name=$1 directory=$2
  case $name in
  etcd) go_build go.etcd.io/etcd/server/v3 "$directory/$name" ;;
  kwok) go_install "sigs.k8s.io/kwok/cmd/kwok@$KWOK_VERSION" "$directory" "-X sigs.k8s.io/kwok/pkg/consts.Version=$KWOK_VERSION" ;;
  kind) go_install "sigs.k8s.io/kind@$KIND_VERSION" "$directory" '' ;;
  kwok-stages.yaml) make_kwok_stages "$directory/$name" ;;
  *) go_build "k8s.io/kubernetes/cmd/$name" "$directory/$name" ;;
  esac
}

# Builds one file with its output kept back: only what fails is worth reading.
build_step() {
  local name=$1 title=$2 started=$SECONDS pulse
  local partial
  partial=$(mktemp -d "$bin/.partial.XXXXXX")
  say "$title"
  heartbeat "$title" &
  pulse=$!
  trap 'kill '"$pulse"' 2>/dev/null; rm -rf "'"$partial"'" "$lock"' EXIT
  if ! build "$name" "$partial" >"$partial/.log" 2>&1; then
    tail -n 30 "$partial/.log" >&2
    fail "$name could not be built; the last lines of the compiler are above." \
      "Often the cause is the network (go env GOPROXY), memory (4 GB is enough) or disk (6 GB for Go's caches)." \
      "Run the command again: what is complete is not built again."
  fi
  mv -f "$partial/$name" "$bin/$name"
  kill "$pulse" 2>/dev/null || true
  wait "$pulse" 2>/dev/null || true
  rm -rf "$partial"
  say "$title done in $((SECONDS - started)) s"
}

build_all() {
  local names=("$@") name step=0
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  find "$bin" -maxdepth 1 -name '.partial.*' -mmin +60 -exec rm -rf {} +
  say "Building the control plane (once, about seven minutes on two cores) into $bin"
  for name in "${names[@]}"; do
    step=$((step + 1))
    build_step "$name" "[$step/${#names[@]}] $name"
  done
  rm -rf "$lock"
  trap - EXIT
}

main() {
  local wanted=("$@") todo name
  ((${#wanted[@]} > 0)) || wanted=("${all[@]}")
  for name in "${wanted[@]}"; do
    [[ " ${all[*]} " == *" $name "* ]] || fail "$name is not a program of the control plane; choose from: ${all[*]}"
  done
  # The stages are rendered with kubectl.
  [[ " ${wanted[*]} " != *' kwok-stages.yaml '* ]] || wanted=(kubectl "${wanted[@]}")
  if [[ -n $(missing "${wanted[@]}") ]]; then
    require_go
    # For this machine, whatever the caller cross-compiles for.
    unset GOOS GOARCH GOBIN
    export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
    mkdir -p "$bin"
    take_lock "${wanted[@]}"
    todo=$(missing $(printf '%s\n' "${all[@]}" | grep -Fx -f <(printf '%s\n' "${wanted[@]}")))
    [[ -z $todo ]] || build_all $todo
  fi
  printf '%s\n' "$bin"
}

main "$@"
