# What the scripts in this folder share: saying what happens, Debian packages, the release build, Python.
# To be sourced from the repository's root, under `set -euo pipefail`.
# shellcheck disable=SC2034  # what is set here is read by the scripts that source this file

# What building and linking needs beside the Swift toolchain: GRDB links SQLite, the payload mapping links libjq,
# swift-nio-extras links zlib, and the queue is compiled with the header of libpq, which it loads when it needs it.
build_packages=(libsqlite3-dev libjq-dev zlib1g-dev libpq-dev)
# What deploy/package needs.
packaging_packages=(binutils chrpath debhelper dpkg-dev make po-debconf python3)
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

# as_database_user COMMAND...: PostgreSQL refuses to run as root, so root runs it as the user that Debian made for it.
as_database_user() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid postgres --regid postgres --clear-groups "$@")
    else
        "$@"
    fi
}

# postgres_programs: prints the directory of the newest PostgreSQL server's programs.
postgres_programs() {
    local programs
    programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort --version-sort | tail -n 1)
    [ -n "$programs" ] || fail "there is no PostgreSQL server in /usr/lib/postgresql"
    printf '%s\n' "$programs"
}

# start_postgres DIRECTORY: a PostgreSQL for tests, with all it has in this new directory. It listens on a socket there
# and nowhere else, and nobody but this user and root gets that far. The tests' role is collector, which owns the
# database nps and may do nothing else. See write_control for DIRECTORY/control.
start_postgres() {
    local directory=$1 programs
    programs=$(postgres_programs)
    mkdir -m 700 "$directory"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$directory"; fi
    as_database_user "$programs/initdb" --pgdata "$directory/data" --username owner --auth trust --encoding UTF8 \
        --locale C.UTF-8 --no-instructions >/dev/null
    as_database_user tee -a "$directory/data/postgresql.conf" >/dev/null <<-SETTINGS
	listen_addresses = ''
	unix_socket_directories = '$directory'
	unix_socket_permissions = 0700
	max_connections = 1000
	max_wal_size = 512MB
	SETTINGS
    write_control "$directory"
    "$directory/control" start
    as_database_user psql --quiet --host "$directory" --username owner --dbname postgres \
        --command 'CREATE ROLE collector LOGIN' --command 'CREATE DATABASE nps OWNER collector'
}

# start_standby DIRECTORY PRIMARY: a standby of the server in the directory PRIMARY, in a new directory or in that of a
# server that is down, whose data it replaces. Commits don't wait for it unless the primary's settings say so.
start_standby() {
    local directory=$1 primary=$2
    mkdir -p "$directory"
    chmod 700 "$directory"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$directory"; fi
    rm -rf "$directory/data"
    as_database_user "$(postgres_programs)/pg_basebackup" --pgdata "$directory/data" --host "$primary" --username owner \
        --checkpoint fast --wal-method stream --write-recovery-conf --no-sync
    # It has no standby of its own yet, so once it is promoted its commits must not wait for one.
    as_database_user tee -a "$directory/data/postgresql.conf" >/dev/null <<-SETTINGS
	unix_socket_directories = '$directory'
	synchronous_standby_names = ''
	wal_retrieve_retry_interval = '200ms'
	SETTINGS
    write_control "$directory"
    "$directory/control" start
}

# write_control DIRECTORY: the script DIRECTORY/control MODE for the server in it. MODE restarts it (fast or immediate),
# kills and starts it (kill), stops it if it runs (stop), stops it as a restart would (stop-fast, stop-kill), starts it, or
# makes a standby the primary (promote).
write_control() {
    local directory=$1 programs
    programs=$(postgres_programs)
    cat >"$directory/control" <<-CONTROL
	#!/usr/bin/env bash
	set -euo pipefail
	. "$PWD/deploy/lib.bash"
	# A server counts what it inherits, and whoever restarts it may have hundreds open.
	for fd in /proc/self/fd/*; do
	    fd=\${fd##*/}
	    if [ "\$fd" -gt 2 ] && [ "\$fd" != 255 ]; then eval "exec \$fd>&-"; fi
	done
	server() { as_database_user "$programs/pg_ctl" --pgdata "$directory/data" --log "$directory/log" --silent -w "\$@"; }
	kill_server() { kill -KILL "\$(head -n 1 "$directory/data/postmaster.pid")"; }
	case \$1 in
	start) ;;
	fast | immediate) server --mode "\$1" stop ;;
	kill) kill_server ;;
	stop) server status >/dev/null || exit 0; server --mode immediate stop; exit ;;
	stop-fast) server --mode fast stop; exit ;;
	stop-kill) kill_server; exit ;;
	promote) server promote; exit ;;
	*) fail "there is no mode \$1" ;;
	esac
	# After a kill, the server's other processes take a moment to notice that.
	for _ in {1..300}; do server start && exit; sleep 0.1; done
	exit 1
	CONTROL
    chmod 755 "$directory/control"
}

# download_package NAME DIRECTORY: the package's file, without installing it.
download_package() {
    (cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$1")
}

# unpack_prometheus: Prometheus and promtool in .venv/prometheus. To install their package would start a server.
unpack_prometheus() {
    local target=.venv/prometheus scratch
    [ ! -x "$target/usr/bin/promtool" ] || return 0
    say "Unpacking prometheus"
    scratch=$(mktemp -d)
    download_package prometheus "$scratch" || {
        as_root apt-get -qq update
        download_package prometheus "$scratch"
    }
    mkdir -p "$target"
    dpkg-deb --extract "$scratch"/prometheus_*.deb "$target"
    rm -rf "$scratch"
}

# prepare_sslyze: in .venv-sslyze, since it needs an older version of a package than the tests do.
prepare_sslyze() {
    [ -x .venv-sslyze/bin/python ] || /usr/bin/python3 -m venv .venv-sslyze
    .venv-sslyze/bin/python -m pip install --quiet --disable-pip-version-check \
        --requirement Tests/Acceptance/sslyze-requirements.txt
}

# prepare_python FILE...: Debian's own Python in .venv, with the packages at the versions that the files name.
prepare_python() {
    local file requirements=()
    for file in "$@"; do requirements+=(--requirement "$file"); done
    [ -x .venv/bin/python ] || /usr/bin/python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${requirements[@]}"
}
