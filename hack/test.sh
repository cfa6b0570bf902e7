#!/usr/bin/env bash
# Sets up and runs everything: lint, types, unit and property tests, tests on a real control plane.
# Every step runs, also after a failure. The last line is "N passed, N failed"; lint and types count as one each.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
cd "$root"

work=$(mktemp -d)
build_pid=''
pulse_pid=''
passed=0 failed=0 skipped=0
summary=()

cleanup() {
  [[ -z $pulse_pid ]] || kill "$pulse_pid" 2>/dev/null || true
  # Its own process group: the compiler must end too.
  [[ -z $build_pid ]] || kill -TERM -- "-$build_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Tells every 15 s that a silent step is alive.
start_pulse() {
  local title=$1 parent=$$
  (
    seconds=0
    # Without our output: a sleep that outlives this script must not keep its reader waiting.
    while sleep 1 >/dev/null 2>&1 && kill -0 "$parent" 2>/dev/null; do
      seconds=$((seconds + 1))
      ((seconds % 15 != 0)) || say "$title … ${seconds} s"
    done
  ) &
  pulse_pid=$!
}

stop_pulse() {
  kill "$pulse_pid" 2>/dev/null || true
  wait "$pulse_pid" 2>/dev/null || true
  pulse_pid=''
}

record() {
  local name=$1 passes=$2 failures=$3 pending=$4 seconds=$5 mark="${green}✔${plain}"
  ((failures == 0)) || mark="${red}✖${plain}"
  passed=$((passed + passes)) failed=$((failed + failures)) skipped=$((skipped + pending))
  summary+=("$(printf '%s %-10s %5d passed %3d failed %3d skipped %5d s' "$mark" "$name" "$passes" "$failures" "$pending" "$seconds")")
}

# A step that passes or fails as a whole.
check() {
  local name=$1 started=$SECONDS
  shift
  step "$name"
  start_pulse "$name"
  if "$@"; then
    stop_pulse
    record "$name" 1 0 0 $((SECONDS - started))
  else
    stop_pulse
    record "$name" 0 1 0 $((SECONDS - started))
  fi
}

lint() {
  local result=0
  eslint . || result=1
  prettier --check --log-level warn . || result=1
  return "$result"
}

# A mocha run; one that crashes before or after its tests counts as one failure.
tests() {
  local name=$1 config=$2 base=$3 started=$SECONDS counts="$work/$1" code=0
  local passes=0 failures=0 pending=0
  step "$name tests"
  mocha --config "$config" --reporter "$root/hack/lib/counting-reporter.ts" \
    --reporter-option "base=$base,counts=$counts" || code=$?
  [[ ! -s $counts ]] || read -r passes failures pending <"$counts"
  if [[ ! -s $counts ]] || ((code != 0 && failures == 0)); then
    say "${red}mocha ended with $code before all tests were done.${plain}"
    failures=$((failures + 1))
  fi
  record "$name" "$passes" "$failures" "$pending" $((SECONDS - started))
}

start_build() {
  if [[ -n ${KUBEBUILDER_ASSETS:-} || ${NUMASIM_USE_EXISTING_CLUSTER:-} == 1 ]]; then return 0; fi
  set -m
  nice hack/tools/build.sh >"$work/build.out" 2>"$work/build.log" &
  build_pid=$!
  set +m
}

# The build runs beside lint and unit tests; from here on its progress is shown.
finish_build() {
  [[ -n $build_pid ]] || return 0
  local shown=0 lines code=0
  while kill -0 "$build_pid" 2>/dev/null; do
    lines=$(wc -l <"$work/build.log")
    ((lines <= shown)) || sed -n "$((shown + 1)),${lines}p" "$work/build.log" >&2
    shown=$lines
    sleep 1
  done
  wait "$build_pid" || code=$?
  build_pid=''
  sed -n "$((shown + 1)),\$p" "$work/build.log" >&2
  return "$code"
}

cluster_tests() {
  local started=$SECONDS
  step 'control plane'
  if finish_build; then
    tests cluster test/cluster/.mocharc.json spec
  else
    record cluster 0 1 0 $((SECONDS - started))
  fi
}

start_build
check lint lint
check types tsc --noEmit
tests unit .mocharc.json dot
cluster_tests

printf '\n'
printf '%s\n' "${summary[@]}"
printf '%d passed, %d failed' "$passed" "$failed"
((skipped == 0)) || printf ', %d skipped' "$skipped"
printf '\n'
((failed == 0))
