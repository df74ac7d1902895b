# What the scripts in this folder share: saying what happens, Debian packages, the release build, Python.
# To be sourced from the repository's root, under `set -euo pipefail`.
# shellcheck disable=SC2034  # what is set here is read by the scripts that source this file

# What building and linking needs beside the Swift toolchain: GRDB links SQLite, the payload mapping links libjq,
# and swift-nio-extras links zlib.
build_packages=(libsqlite3-dev libjq-dev zlib1g-dev)
release_directory=.build-release
collector=$release_directory/release/nps-collector

say() { printf '==> %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_packages NAME...: installs those that are missing, and asks nobody anything.
install_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "these packages are missing, and there is no apt-get: ${missing[*]}"
    say "Installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}"
}

require_swift() {
    command -v swift >/dev/null || fail "no swift in PATH; install a toolchain from https://www.swift.org/install/linux/"
}

# build OPTION...: swift build with deterministic hashing. Without it SwiftPM passes the traits of a package to the
# compiler in the random order of a Swift set, and compiles the package again whenever that order has changed. Only the
# build has it: programs keep their random hashing.
build() { SWIFT_DETERMINISTIC_HASHING=1 swift build "$@"; }

# Prints the compiler's own progress. The first build takes minutes, a repeated one seconds.
build_release() {
    say "Building nps-collector in release mode (in $release_directory)"
    # With Swift's runtime inside, so that the program runs on machines that have no toolchain.
    build -c release --scratch-path "$release_directory" --product nps-collector --static-swift-stdlib
}

# prepare_python FILE...: Debian's own Python in .venv, with the packages at the versions that the files name.
prepare_python() {
    local file requirements=()
    for file in "$@"; do requirements+=(--requirement "$file"); done
    [ -x .venv/bin/python ] || /usr/bin/python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${requirements[@]}"
}
