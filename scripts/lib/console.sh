# What the scripts say and how they take their options. Sourced; see scripts/test for a user.

# fail WHAT [HOW-TO-MEND...]: one line for what is wrong, one for each step that mends it.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '       %s\n' "$@" >&2
    exit 1
}

# usage_error TEXT: for a call that cannot be understood. The script's own `usage` stands in its head.
usage_error() {
    printf 'error: %s\n\n' "$1" >&2
    usage >&2
    exit 2
}

# unknown_option WORD KNOWN...: names the nearest known word, if one is near.
unknown_option() {
    local word="$1" nearest
    shift
    nearest="$(nearest_word "$word" "$@")"
    usage_error "unknown option '$word'${nearest:+; did you mean '$nearest'?}"
}

# nearest_word WORD KNOWN...: the known word with the smallest edit distance, if at most a third of it differs.
nearest_word() {
    local word="$1"
    shift
    printf '%s\n' "$@" | awk -v word="$word" '
        function min(a, b) { return a < b ? a : b }
        function distance(a, b,    i, j, rows) {
            for (i = 0; i <= length(a); i++) rows[i, 0] = i
            for (j = 0; j <= length(b); j++) rows[0, j] = j
            for (i = 1; i <= length(a); i++)
                for (j = 1; j <= length(b); j++)
                    rows[i, j] = min(min(rows[i - 1, j], rows[i, j - 1]) + 1, \
                        rows[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
            return rows[length(a), length(b)]
        }
        { d = distance(word, $0); if (best == "" || d < least) { best = $0; least = d } }
        END { if (least * 3 <= length(best)) print best }'
}

seconds_now() { printf '%s' "${EPOCHREALTIME/,/.}"; }

seconds_since() { awk -v from="$1" -v to="$(seconds_now)" 'BEGIN { printf "%.1f", to - from }'; }

# phase NAME COMMAND...: runs it with its output in a log, says how long it took, and shows the log if it fails.
# `phase_filter`, when set, is a regular expression for the lines of the log that explain a failure; the details that
# the test library prints below such a line (↳) go with it.
phase() {
    local name="$1" log status=0 from
    shift
    mkdir -p .build/logs
    log=".build/logs/${name// /-}.log"
    from="$(seconds_now)"
    printf '%-14s' "$name"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if ((status == 0)); then
        printf 'ok %8s s\n' "$(seconds_since "$from")"
        return 0
    fi
    printf 'FAILED %4s s\n\n' "$(seconds_since "$from")"
    explain_failure "$log"
    ((status != 124)) || printf '\n%s was stopped after its time limit\n' "$name"
    printf '\nthe whole log: %s\n' "$log"
    return "$status"
}

explain_failure() {
    local log="$1"
    if [[ -n "${phase_filter:-}" ]] && grep -qE "$phase_filter" "$log"; then
        awk -v wanted="$phase_filter" '
            $0 ~ wanted { explains = 1 }
            $0 !~ wanted && !/^↳/ { explains = 0 }
            explains && !/^↳ *$/ && !seen[$0]++' "$log" | head -n 100
    else
        tail -n 60 "$log"
    fi
}
