# Sourced by the scripts of hack/: checks what the machine must have, installs npm dependencies when they are missing or
# older than the lock file, and sets
#   root  the repository
#   node  the Node.js that runs our code (24, from node_modules; the machine's own may be older)
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node="$root/node_modules/.bin/node"

# Colours only for people: never in a pipe, a file or a CI log.
if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' red='' green='' plain=''
fi

say() { printf '%s\n' "$*" >&2; }

# One line per step, for people.
step() { say "${bold}==> $*${plain}"; }

fail() {
  say "${red}$(basename "$0"): $1${plain}"
  shift
  local line
  for line in "$@"; do say "  $line"; done
  exit 1
}

require_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    fail 'Node.js and npm are needed.' 'Install Node.js 20 or later, which brings npm: https://nodejs.org/'
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  ((major >= 20)) || fail "Node.js $(node --version) is too old." 'Install Node.js 20 or later: https://nodejs.org/'
}

# npm writes this file at the end of an install, so it tells when the last complete one was.
dependencies_are_current() {
  local installed="$root/node_modules/.package-lock.json"
  [[ -e $installed && ! $root/package-lock.json -nt $installed && -x $node ]]
}

install_dependencies() {
  dependencies_are_current && return 0
  step 'Installing npm dependencies (npm ci)'
  local log
  log=$(mktemp)
  if ! (cd "$root" && npm ci --no-audit --no-fund --loglevel=error) >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail 'npm ci failed; its output is above.' 'Often the cause is the network or the registry: npm config get registry'
  fi
  rm -f "$log"
  [[ -x $node ]] || fail 'npm did not install Node 24 (the package "node").' \
    'Its install script was not run: allow it (npm config get ignore-scripts must say false), then: npm rebuild node'
  touch "$root/node_modules/.package-lock.json"
}

require_node
install_dependencies
# Tools of node_modules start with `env node`: that must be ours too.
export PATH="$root/node_modules/.bin:$PATH"
