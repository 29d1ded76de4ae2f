//! Instructions of a call, as callgrind counts them: the same on a busy machine as on an idle one. Compared with
//! `benches/instructions.toml`; `-- --bless` writes it anew. Needs valgrind.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark: no input to fail on"
)]

mod calling;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A count may differ by so much from the one in the file: compilers and the runtime's patch releases change it a little.
const TOLERANCE: f64 = 0.05;

const FILE: &str = "benches/instructions.toml";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--count", way, calls] => make_calls(way, calls.parse().unwrap()),
        _ => compare(arguments.iter().any(|argument| argument == "--bless")),
    }
}

/// What is counted, in a process of its own.
fn make_calls(way: &str, calls: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // One `block_on` for all calls: what it costs is not the call's.
    runtime.block_on(async {
        match way {
            "raw" => {
                let mut raw = calling::Raw::new().await;
                for _ in 0..calls {
                    assert_eq!(raw.call().await, 12);
                }
            }
            "witdock" => {
                let plugin = calling::plugin().await;
                for _ in 0..calls {
                    assert_eq!(calling::call(&plugin).await, 12);
                }
            }
            other => panic!("unknown way to call: {other}"),
        }
    });
}

/// Instructions of one call: the difference between two counts, so that the start does not matter.
fn instructions(way: &str) -> u64 {
    const FEW: u32 = 1_000;
    const MANY: u32 = 11_000;
    let count = |calls: u32| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe().unwrap())
            .args(["--count", way, &calls.to_string()])
            .output()
            .unwrap_or_else(|error| {
                panic!("valgrind cannot be run: {error}; install it to count instructions")
            });
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{report}");
        let total = report.lines().find_map(|line| line.split_once("Collected : "));
        let (_, total) = total.unwrap_or_else(|| panic!("no count in: {report}"));
        total.trim().parse::<u64>().unwrap()
    };
    (count(MANY) - count(FEW)) / u64::from(MANY - FEW)
}

fn compare(bless: bool) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let counts: BTreeMap<String, u64> =
        ["raw", "witdock"].into_iter().map(|way| (way.to_owned(), instructions(way))).collect();
    let ratio = counts["witdock"] as f64 / counts["raw"] as f64;
    println!(
        "instructions of a call: raw {}, witdock {}: {ratio:.2} times",
        counts["raw"], counts["witdock"]
    );
    if bless {
        let lines: String = counts.iter().map(|(way, count)| format!("{way} = {count}\n")).collect();
        let head = "# Instructions of one call, written by `cargo bench -p witdock --bench instructions -- --bless`.\n";
        std::fs::write(&path, format!("{head}{lines}")).unwrap();
        return;
    }
    let expected: BTreeMap<String, u64> = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let mut failed = false;
    for (way, count) in &counts {
        let change = *count as f64 / expected[way] as f64 - 1.0;
        println!("{way}: {count}, expected {} ({:+.1} %)", expected[way], 100.0 * change);
        failed |= change.abs() > TOLERANCE;
    }
    assert!(
        !failed,
        "instructions differ by more than {} %: find out why, or run with `--bless`",
        100.0 * TOLERANCE
    );
}
