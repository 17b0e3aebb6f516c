# What this machine needs before the project builds, and how it gets there. Sourced, after console.sh.
#
# Silent and quick where nothing is missing; installs missing Debian packages through apt otherwise. This is the one
# list of system packages: a target that needs another adds its line here.

# Debian package | what needs it
required_packages=(
    "libssl-dev|TLS on the loop"
    "zlib1g-dev|compressed histograms"
    "libzstd-dev|compressed recordings"
    "libyaml-dev|plans"
    "libsqlite3-dev|ledgers"
    "libcurl4-openssl-dev|transport: curl (proxies, HTTP/2)"
)

# What scripts/bench needs beside them: the peers that Spillway is measured against.
bench_packages=(
    "gcc|the C twins of benchmarks"
    "libc6-dev|the C twins of benchmarks"
    "libmicrohttpd-dev|a peer of our server"
    "nginx-light|a peer of our server"
    "wrk|a peer of our client"
    "nghttp2-client|a peer of our client (h2load)"
)

# What scripts/test needs beside them.
test_packages=(
    "python3-venv|the independent validators of schemas and reports"
    "libxml2-utils|the independent validator of junit.xml"
    "prometheus|a real scraper of the live page's metrics"
    "chromium|the browser tests"
    "chromium-driver|the browser tests"
    "python3-selenium|the browser tests"
    "python3-pil|the browser tests (what a picture shows)"
    "fonts-dejavu-core|the browser tests (letters)"
)

set_up_test() {
    required_packages+=("${test_packages[@]}")
    set_up
    require_validators
    require_axe
}

# Python packages that read what we write, in a folder of their own; only when one is missing is the network asked.
require_validators() {
    local folder=.build/validators log=.build/logs/validators.log
    if "$folder/bin/python" -c 'import jsonschema, junitparser, hdrh.histogram' 2>/dev/null; then return 0; fi
    mkdir -p .build/logs
    { python3 -m venv --clear "$folder" \
        && "$folder/bin/pip" install -q 'jsonschema==4.*' 'junitparser==5.*' 'hdrhistogram==0.10.*'; } >"$log" 2>&1 \
        || fail "the validators (the Python packages jsonschema, junitparser and hdrhistogram) cannot be installed" \
            "is the network there? the whole log: $log"
}

# The same for axe, which judges how pages are read by everybody; the Python package ships its script.
require_axe() {
    local folder=.build/axe log=.build/logs/axe.log
    if "$folder/bin/python" -c 'import axe_core_python' 2>/dev/null; then return 0; fi
    mkdir -p .build/logs
    { python3 -m venv --clear "$folder" && "$folder/bin/pip" install -q 'axe-core-python==0.1.0'; } >"$log" 2>&1 \
        || fail "the judge of accessibility (the Python package axe-core-python) cannot be installed" \
            "is the network there? the whole log: $log"
}

set_up_bench() {
    required_packages+=("${bench_packages[@]}")
    set_up
}

# The fuzzer's runtime is C++ and comes with the toolchain; the library that it links to comes with Debian.
set_up_fuzz() {
    require_swift
    local clang
    clang="$(dirname "$(readlink -f "$(command -v swiftc)")")/clang"
    if [[ -x "$clang" && "$("$clang" -print-file-name=libstdc++.so)" != */* ]]; then
        required_packages+=("libstdc++-12-dev|the fuzzer")
    fi
    set_up
}

set_up() {
    require_writable_checkout
    require_packages
    require_swift
}

require_writable_checkout() {
    { mkdir -p .build/logs && [[ -w .build && -w .build/logs ]]; } 2>/dev/null \
        || fail "cannot write to $PWD; Spillway builds into .build there"
}

require_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        printf 'note: not a Debian system; these must be there under their names here: %s\n' \
            "${required_packages[*]%%|*}" >&2
        return 0
    fi
    missing="$(missing_packages)"
    [[ -z "$missing" ]] || install_packages $missing
}

missing_packages() {
    local line installed
    installed="$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${required_packages[@]%%|*}" 2>/dev/null || true)"
    for line in "${required_packages[@]}"; do
        grep -qxF "installed ${line%%|*}" <<<"$installed" || printf '%s\n' "${line%%|*}"
    done
}

purpose_of() {
    local line
    for line in "${required_packages[@]}"; do
        [[ "${line%%|*}" != "$1" ]] || printf '%s' "${line#*|}"
    done
}

install_packages() {
    local package
    printf 'installing missing system packages:\n'
    for package in "$@"; do printf '  %-20s %s\n' "$package" "$(purpose_of "$package")"; done
    command -v apt-get >/dev/null || fail "apt-get is missing, so these cannot be installed: $*"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "neither root nor sudo, so these cannot be installed: $*" \
            "as root: apt-get install --no-install-recommends $*"
        sudo_for_apt true || fail "sudo refused, so these cannot be installed: $*" \
            "as root: apt-get install --no-install-recommends $*"
    fi
    run_apt "$@"
    [[ -z "$(missing_packages)" ]] || fail "apt ended well, yet these are missing: $(missing_packages | xargs)"
}

# A password is asked for only where a person can answer.
sudo_for_apt() {
    if [[ -t 0 && -z "${CI:-}" ]]; then sudo "$@"; else sudo -n "$@"; fi
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo_for_apt "$@"; fi
}

# In a subshell, whose trap takes the service ban away again however apt ends.
run_apt() (
    mkdir -p .build/logs
    log=.build/logs/apt.log
    trap allow_services EXIT
    trap 'exit 130' INT TERM HUP
    forbid_services
    apt=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -o DPkg::Lock::Timeout=120)
    # One broken source must not stop an install that the others can serve, so only the install decides.
    as_root "${apt[@]}" update >"$log" 2>&1 </dev/null || true
    as_root "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null || {
        grep -E '^(E|W|Err|dpkg):?' "$log" | tail -n 10 >&2 || true
        fail "apt could not install: $*" \
            "is the network there, and the package source in /etc/apt? the whole log: $log"
    }
)

# Packages that bring a daemon would start it. Debian asks this file first; 101 means no.
# A file that is already there belongs to the machine's owner and stays, unless an interrupted run of ours left it.
policy_file="${SPILLWAY_POLICY_FILE:-/usr/sbin/policy-rc.d}"
policy_mark="# put here by Spillway's scripts while apt runs"

forbid_services() {
    owns_policy=false
    if [[ -e "$policy_file" ]] && ! grep -qxF "$policy_mark" "$policy_file"; then return 0; fi
    owns_policy=true
    printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" | as_root tee "$policy_file" >/dev/null
    as_root chmod 755 "$policy_file"
}

allow_services() {
    [[ "${owns_policy:-false}" != true ]] || as_root rm -f "$policy_file"
}

# The version that the first line of Package.swift asks for.
needed_swift() { sed -n '1s/.*swift-tools-version: *\([0-9.]*\).*/\1/p' Package.swift; }

require_swift() {
    local needed found output
    needed="$(needed_swift)"
    local advice="get Swift $needed or newer for this system: https://www.swift.org/install/linux/"
    command -v swift >/dev/null || fail "no Swift toolchain: 'swift' is not on PATH" "$advice" \
        "and put its usr/bin folder on PATH"
    output="$(swift --version 2>&1 </dev/null)" || fail "'swift --version' fails: $output" "$advice"
    found="$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' <<<"$output" | head -n 1)"
    [[ -n "$found" ]] || fail "cannot read the version of $(command -v swift) from: $output" "$advice"
    [[ "$(printf '%s\n' "$needed" "$found" | sort -V | head -n 1)" == "$needed" ]] \
        || fail "Swift $found is too old: $(command -v swift)" "$advice"
}
