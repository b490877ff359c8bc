# What demo, test and bench share. To be sourced: it moves to the project's folder and leaves `root` set to it.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

# Messages of tools are compared and cut below, so they come in one language; a caller's settings are not the project's,
# but for the one that is the tests' own.
export LC_ALL=C.UTF-8
unset UPDATE_GOLDEN
for name in "${!GENOPS_@}"; do
  [ "$name" = GENOPS_REQUIRE_ELASTICSEARCH ] || unset "$name"
done

build_packages=(g++ cmake ninja-build sqlite3 tzdata libsqlite3-dev libsqlitecpp-dev libboost-json1.81-dev libfmt-dev
  libcli11-dev libhowardhinnant-date-dev libcurl4-openssl-dev zlib1g-dev libgtest-dev)
test_packages=(python3 python3-venv binutils openssl)
# Maven brings Elasticsearch itself, once, into a folder below /var/tmp.
elasticsearch_packages=(openjdk-17-jre-headless maven)

say() { printf '%s\n' "== $*"; }

fail() {
  printf '%s\n' "$(basename "$0"): $1" >&2
  [ $# -lt 2 ] || printf '%s\n' "hint: $2" >&2
  exit 2
}

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
  done
}

# The name and version of the system, as 'debian 12'.
this_system() { (. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-unknown}" "${VERSION_ID:-}") || printf 'unknown'; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "installing packages needs root or sudo, found neither" \
      "as root: apt-get install --no-install-recommends ${packages_wanted[*]}"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@" # without a terminal nobody could answer its question
  fi
}

# Installs those of the named Debian packages that are missing, after saying which.
install_packages() {
  local system
  system=$(this_system)
  [ "$system" = 'debian 12' ] || fail "expected Debian 12, found $system" \
    "install what stands for these there, then say --no-install: $*"
  mapfile -t packages_wanted < <(missing_packages "$@")
  [ ${#packages_wanted[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${packages_wanted[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  as_root "${apt[@]}" update
  as_root "${apt[@]}" install -y --no-install-recommends "${packages_wanted[@]}"
}

# Later builds take what is the same from ccache where that is installed; nothing needs it.
use_ccache() {
  if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
}

# What builds and tests are started through; the thread sanitizer needs something here.
wrapper=()

# build PRESET TARGET...: configures and builds; the release targets are build/release/TARGET.
build() {
  local preset=$1
  shift
  use_ccache
  say "building $preset: $*"
  mkdir -p build
  "${wrapper[@]}" cmake --preset "$preset" >build/configure.log 2>&1 || {
    cat build/configure.log >&2
    fail "cmake --preset $preset failed"
  }
  "${wrapper[@]}" cmake --build --preset "$preset" --target "$@" || fail "building $preset failed"
}

# Sets `client`: an environment of Debian's Python, whose sqlite3 loads extensions, with the official client of
# Elasticsearch. `install` of the caller says whether it may be installed.
install_client() {
  client=$root/build/elasticsearch-client
  ! "$client/bin/python3" -c 'import elasticsearch' 2>/dev/null || return 0
  [ "$install" = yes ] || fail "expected the Python client of Elasticsearch in $client, found none" \
    'without --no-install it is installed there'
  say "installing the Python client of Elasticsearch in $client"
  /usr/bin/python3 -m venv "$client"
  "$client/bin/python3" -m pip install --quiet --disable-pip-version-check 'elasticsearch>=8,<9' ||
    fail 'pip cannot get the official client of Elasticsearch'
}
