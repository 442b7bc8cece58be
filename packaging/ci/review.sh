#!/usr/bin/env bash
# The review of a change in a job: check, layout, tests, plan and backtest; what they say becomes one comment of the pull
# or merge request, which is updated each time. The same on GitHub and GitLab.
#
#   FLOW_BASE            what the change is compared with: a revision                    [default: origin/main]
#   FLOW_PROJECT         the folder of the project                                       [.]
#   FLOW_EVENTS          events for a backtest: a file, or several apart by spaces       [none: no backtest]
#   FLOW_FAIL_ON         `error`: mistakes, failed tests and missed budgets fail the job [error]
#                        `approval`: changes that need approval, too; `changes`: all changes
#   FLOW_DENY_WARNINGS   `true`: warnings fail it, too                                   [false]
#   FLOW_OUT             where the reports go: comment.md, junit.xml, plan.md            [flowline-review]
#   FLOW                 the program                                                     [flow]
#
# Comments: on GitHub GITHUB_TOKEN with `pull-requests: write`; on GitLab FLOW_GITLAB_TOKEN, an access token of the
# project with the scope `api`. Without one, or where it may not write (a fork), the report goes into the summary and
# the artifacts of the job, and the job does not fail because of it.
#
# Ends with 0, or with 1 when something fails the job. Needs bash, git, curl and jq.
set -uo pipefail

flow=${FLOW:-flow}
project=${FLOW_PROJECT:-.}
base=${FLOW_BASE:-origin/main}
fail_on=${FLOW_FAIL_ON:-error}
out=${FLOW_OUT:-flowline-review}
marker='<!-- flowline:plan -->'
# GitHub takes 65,536 characters.
longest=60000

die() { echo "review: $*" >&2; exit 2; }
for program in git curl jq "$flow"; do
  command -v "$program" >/dev/null 2>&1 || die "there is no \`$program\`"
done
case $fail_on in error | approval | changes) ;; *) die "FLOW_FAIL_ON is \`$fail_on\`: write error, approval or changes" ;; esac
case $base in -*) die "\`$base\` is no revision" ;; esac
mkdir -p "$out" || die "cannot make \`$out\`"
on_github=${GITHUB_ACTIONS:-}
failed=0
: >"$out/report.md"
export NO_COLOR=1

# What a command wrote, folded up, as Markdown; behind a fence that it cannot end.
folded() {
  printf '<details><summary>%s</summary>\n\n`````text\n' "$1"
  head -c 12000 "$2"
  printf '\n`````\n\n</details>\n\n'
}

# One line of the table: what, whether it passed, what it says.
line() { printf '| %s | %s | %s |\n' "$1" "$2" "$3" >>"$out/table.md"; }
printf '| | | |\n|---|---|---|\n' >"$out/table.md"

check() {
  local format=text more=()
  [ -z "$on_github" ] || format=github
  [ "${FLOW_DENY_WARNINGS:-false}" != true ] || more=(--deny-warnings)
  if "$flow" check "$project" --format "$format" "${more[@]+"${more[@]}"}" >"$out/check.txt" 2>&1; then
    line check '✅' 'no errors'
  else
    failed=1
    "$flow" check "$project" --format plain >"$out/check.plain.txt" 2>&1
    line check '❌' 'see below'
    folded 'check' "$out/check.plain.txt" >>"$out/report.md"
  fi
  # On GitHub these lines become annotations.
  cat "$out/check.txt"
}

layout() {
  if "$flow" fmt --check "$project" >"$out/fmt.txt" 2>&1; then
    line layout '✅' 'as `flow fmt` writes it'
  else
    failed=1
    line layout '❌' 'run `flow fmt`'
    folded 'files that `flow fmt` changes' "$out/fmt.txt" >>"$out/report.md"
    cat "$out/fmt.txt"
  fi
}

tests() {
  if "$flow" test "$project" --format junit >"$out/junit.xml" 2>"$out/test.txt"; then
    line tests '✅' 'all pass'
  else
    failed=1
    "$flow" test "$project" >"$out/test.txt" 2>&1
    line tests '❌' 'see below'
    folded 'tests' "$out/test.txt" >>"$out/report.md"
    cat "$out/test.txt"
  fi
}

# Exit codes of a plan: 0 nothing changes, 2 something does, 3 something that needs approval, 1 an error.
plan() {
  (cd "$project" && "$flow" plan "$base" --format markdown) >"$out/plan.md" 2>"$out/plan.err"
  plan_code=$?
  # A `flow` that is used in the wrong way ends with 2, too.
  [ "$plan_code" -lt 2 ] || [ -s "$out/plan.md" ] || plan_code=1
  case $plan_code in
    0) line plan '✅' 'nothing that is decided changes' ;;
    2) line plan '✏️' 'what is decided changes' ;;
    3) line plan '⚠️' 'changes that need approval' ;;
    *)
      failed=1
      plan_code=1
      line plan '❌' 'no plan could be made'
      folded 'plan' "$out/plan.err" >>"$out/report.md"
      cat "$out/plan.err" >&2
      ;;
  esac
  case $fail_on:$plan_code in approval:3 | changes:2 | changes:3) failed=1 ;; esac
}

backtest() {
  [ -n "${FLOW_EVENTS:-}" ] || return 0
  local files=() file
  for file in $FLOW_EVENTS; do
    case $file in /*) files+=("$file") ;; *) files+=("$PWD/$file") ;; esac
  done
  if (cd "$project" && "$flow" backtest "$base" --events "${files[@]}" --format markdown) \
    >"$out/backtest.md" 2>"$out/backtest.err"; then
    line backtest '✅' 'within the budgets'
  else
    failed=1
    line backtest '❌' 'see below'
    [ -s "$out/backtest.md" ] || folded 'backtest' "$out/backtest.err" >>"$out/report.md"
    cat "$out/backtest.err" >&2
  fi
}

compose() {
  {
    printf '%s\n' "$marker"
    cat "$out/table.md"
    printf '\n'
    cat "$out/report.md"
    for part in plan backtest; do
      [ ! -s "$out/$part.md" ] || { cat "$out/$part.md"; printf '\n'; }
    done
  } >"$out/whole.md"
  if [ "$(wc -m <"$out/whole.md")" -le "$longest" ]; then
    mv "$out/whole.md" "$out/comment.md"
  else
    # At a line, so that no tag is cut in two.
    awk -v most="$longest" '{ size += length($0) + 1; if (size > most) exit; print }' "$out/whole.md" >"$out/comment.md"
    printf '\n_The rest is in the artifacts of the job: it is too long for a comment._\n' >>"$out/comment.md"
    rm -f "$out/whole.md"
  fi
}

# call METHOD URL [curl options]: the answer goes to $out/answer.json; fails unless it is one of 2xx. The token comes from
# standard input, since other users of a machine see arguments.
call() {
  local method=$1 url=$2
  shift 2
  local status
  status=$(printf 'header = "%s"\n' "$authorization" | curl --config - --silent --show-error --max-time 60 --retry 2 \
    --request "$method" --output "$out/answer.json" --dump-header "$out/headers.txt" --write-out '%{http_code}' \
    "$@" "$url") || return 1
  case $status in
    2??) return 0 ;;
    *) echo "review: $method of comments: $status" >&2; return 1 ;;
  esac
}

# The number of our comment, out of all pages; nothing where there is none.
ours() {
  local url=$1 page=1 id
  while [ "$page" -le 50 ]; do
    call GET "$url?per_page=100&page=$page" || return 1
    id=$(jq -r --arg marker "$marker" \
      'first(.[] | select((.system // false) | not) | select((.body // "") | startswith($marker)) | .id) // empty' \
      "$out/answer.json") || return 1
    [ -z "$id" ] || { printf '%s\n' "$id"; return 0; }
    [ "$(jq length "$out/answer.json")" -eq 100 ] || return 0
    page=$((page + 1))
  done
}

on_github_comment() {
  local number
  number=$(jq -r '.pull_request.number // empty' "${GITHUB_EVENT_PATH:-/dev/null}" 2>/dev/null)
  [ -n "$number" ] || { echo "review: this is no pull request: no comment is written"; return 0; }
  [ -n "${GITHUB_TOKEN:-}" ] || { echo "review: no GITHUB_TOKEN: no comment is written"; return 0; }
  authorization="Authorization: Bearer $GITHUB_TOKEN"
  local repository="${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY" id
  jq -Rs '{ body: . }' "$out/comment.md" >"$out/body.json"
  local json=(--header 'Content-Type: application/json' --header 'Accept: application/vnd.github+json' --data "@$out/body.json")
  id=$(ours "$repository/issues/$number/comments") || return 1
  if [ -n "$id" ]; then
    call PATCH "$repository/issues/comments/$id" "${json[@]}"
  else
    call POST "$repository/issues/$number/comments" "${json[@]}"
  fi
}

on_gitlab_comment() {
  [ -n "${FLOW_GITLAB_TOKEN:-}" ] || { echo "review: no FLOW_GITLAB_TOKEN: no note is written"; return 0; }
  authorization="PRIVATE-TOKEN: $FLOW_GITLAB_TOKEN"
  local notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes" id
  id=$(ours "$notes") || return 1
  if [ -n "$id" ]; then
    call PUT "$notes/$id" --data-urlencode "body@$out/comment.md"
  else
    call POST "$notes" --data-urlencode "body@$out/comment.md"
  fi
}

check
layout
tests
plan
backtest
compose
if [ -n "$on_github" ]; then
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"
  [ -z "${GITHUB_OUTPUT:-}" ] || printf 'plan=%s\nfailed=%s\n' "$plan_code" "$failed" >>"$GITHUB_OUTPUT"
  on_github_comment || echo '::warning::no comment could be written: the report is in the summary of the job'
elif [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then
  on_gitlab_comment || echo 'review: no note could be written: the report is in the artifacts of the job'
fi
rm -f "$out/answer.json" "$out/headers.txt" "$out/body.json" "$out/table.md" "$out/report.md" "$out/check.plain.txt"
exit "$failed"
