#!/usr/bin/env bash
# Takes the editor's screenshot: runs the real program in tmux with the repository's plugins, types, and draws what tmux
# shows as an SVG. Needs tmux and Python's `rich` (`pip install rich`).
#
#   docs/screenshots/take.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo build -p witdock-editor
editor=$PWD/target/debug/witdock-edit
work=$(mktemp -d)
trap 'tmux -L witdock-shot kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

cat > "$work/flights.rs" <<'SAMPLE'
//! Flights by carrier.

use std::collections::BTreeMap;

/// How many flights each carrier has.
fn by_carrier(flights: &[Flight]) -> BTreeMap<&str, u32> {
    let mut count = BTreeMap::new();
    // TODO: leave out flights that were cancelled
    for flight in flights {
        *count.entry(flight.carrier.as_str()).or_default() += 1;
    }
    count
}

// FIXME: a delay is unknown where a flight was diverted
fn mean_delay(flights: &[Flight]) -> f64 {
    let delays = flights.iter().map(|flight| flight.delay);
    delays.sum::<f64>() / flights.len() as f64
}
SAMPLE

# By a link, so that the panel shows no path of this machine.
ln -s "$PWD/plugins/editor" "$work/plugins"
tmux="tmux -L witdock-shot"
$tmux new-session -d -x 100 -y 30 "cd '$work' && '$editor' --allow-plugins --config '$work' flights.rs --plugins plugins"
wait_for() {
  for _ in $(seq 600); do
    $tmux capture-pane -p | grep -q "$1" && return
    sleep 0.2
  done
  echo "error: \`$1\` did not appear:" >&2
  $tmux capture-pane -p >&2
  exit 1
}
wait_for 'words'
$tmux send-keys C-p && sleep 0.5 && $tmux send-keys 'show tasks' && sleep 0.5
wait_for 'todo.panel'
$tmux send-keys Enter
wait_for 'Tasks (2)'
$tmux send-keys C-End && sleep 0.3
$tmux send-keys 'fn fli'
wait_for 'flights'
sleep 1
$tmux capture-pane -e -p > "$work/screen"
python3 docs/screenshots/svg.py "witdock-edit flights.rs" < "$work/screen" > docs/screenshots/editor.svg

$tmux send-keys Escape && sleep 0.5 && $tmux send-keys F2
wait_for '● convert'
sleep 1
$tmux capture-pane -e -p > "$work/screen"
python3 docs/screenshots/svg.py "witdock-edit: the panel of plugins" < "$work/screen" > docs/screenshots/plugins.svg
echo "docs/screenshots/editor.svg and plugins.svg are taken"
