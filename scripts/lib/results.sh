# Reads what a test run left behind. Sourced, after console.sh.

# results_of XML: one line per test, "passed|failed|skipped TARGET NAME".
results_of() {
    awk 'BEGIN { RS = "<testcase " } NR > 1 {
        match($0, /classname="[^"]*"/)
        class = substr($0, RSTART + 11, RLENGTH - 12)
        match($0, /[ "]name="[^"]*"/)
        name = substr($0, RSTART + 7, RLENGTH - 8)
        target = class; sub(/\..*/, "", target)
        state = /<failure/ ? "failed" : /<skipped/ ? "skipped" : "passed"
        print state, target, class "/" name
    }' "$1"
}

count_of() { awk -v state="$1" '$1 == state { count++ } END { print count + 0 }' "$2"; }

# unfinished_tests LOG: what had begun and not ended when the run stopped.
unfinished_tests() {
    awk 'match($0, /Test .* (started\.|passed after|failed after)/) {
        words = substr($0, RSTART, RLENGTH)
        begun = sub(/ started\.$/, "", words)
        sub(/ (passed|failed) after$/, "", words)
        if (begun) open[words] = 1; else delete open[words]
    } END { for (words in open) if (words !~ /^Test run/) print words }' "$1" | sort | head -n 20
}

# Every test function that stands in the source must have run: a target that lost its tests is not a green target.
require_all_tests() {
    local results="$1" folder target written ran short=()
    for folder in Tests/*Tests; do
        target="${folder##*/}"
        written="$({ grep -rhE --include='*.swift' '^[[:space:]]*@Test\b' "$folder" || true; } | wc -l)"
        ran="$(awk -v target="$target" '$2 == target { count++ } END { print count + 0 }' "$results")"
        if ((ran == 0 || ran < written)); then short+=("$target: $written written, $ran ran"); fi
    done
    ((${#short[@]} == 0)) || fail "tests are missing from the run" "${short[@]}"
}
