//! The instructions of a call, which do not depend on how busy a machine is: they are compared with the numbers in
//! `instructions.toml`.
//!
//! Each kind of call runs twice in a process under `valgrind --tool=callgrind`, once with more calls than the other: the
//! difference is the cost of the calls, without that of the start. valgrind is slow, so each call counts as one that
//! is timed. With `--profile dev` it needs no build beyond that of the tests, and compares with the numbers of that profile.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark: no input to fail on"
)]

mod calling;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use calling::{asynchronous, synchronous};

/// How far a number may be above the recorded one: processors differ in what the compiler of the components makes for them.
const TOLERANCE: f64 = 0.1;

const FEW: u64 = 200;
const MANY: u64 = 1_200;

const PROFILE: &str = if cfg!(debug_assertions) { "dev" } else { "release" };

const KINDS: [&str; 4] =
    ["asynchronous-raw", "asynchronous-witdock", "synchronous-raw", "synchronous-witdock"];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("--calls"), Some(kind), Some(times)) => {
            call(&kind, times.parse().unwrap());
            ExitCode::SUCCESS
        }
        (Some("--bless"), None, None) => bless(),
        (None, ..) => compare(),
        _ => {
            eprintln!("usage: cargo bench -p witdock-bench --bench instructions [-- --bless]");
            ExitCode::FAILURE
        }
    }
}

/// Makes calls of a kind, and nothing else.
fn call(kind: &str, times: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match kind {
        "asynchronous-raw" => runtime.block_on(async {
            let mut raw = asynchronous::Raw::new().await;
            for _ in 0..times {
                raw.call().await;
            }
        }),
        "asynchronous-witdock" => runtime.block_on(async {
            let plugin = asynchronous::plugin().await;
            for _ in 0..times {
                asynchronous::call(&plugin).await;
            }
        }),
        "synchronous-raw" => {
            let mut raw = synchronous::Raw::new();
            for _ in 0..times {
                raw.call();
            }
        }
        "synchronous-witdock" => {
            let plugin = runtime.block_on(synchronous::plugin());
            for _ in 0..times {
                synchronous::call(&plugin);
            }
        }
        other => eprintln!("unknown kind {other}"),
    }
}

/// The instructions of one call of each kind.
fn count() -> BTreeMap<&'static str, u64> {
    KINDS.iter().map(|&kind| (kind, (total(kind, MANY) - total(kind, FEW)) / (MANY - FEW))).collect()
}

/// The instructions of a whole process.
fn total(kind: &str, times: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--calls", kind, &times.to_string()])
        .stdout(Stdio::null())
        .output()
        .expect("valgrind is not installed");
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let Some((_, number)) = collected else { panic!("valgrind says:\n{text}") };
    number.trim().parse().unwrap()
}

/// The instructions of a call by profile and kind.
type Recorded = BTreeMap<String, BTreeMap<String, u64>>;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.toml")
}

fn recorded() -> Recorded {
    std::fs::read_to_string(path()).map(|text| toml::from_str(&text).unwrap()).unwrap_or_default()
}

fn bless() -> ExitCode {
    let mut recorded = recorded();
    let counts = count().into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
    recorded.insert(PROFILE.to_owned(), counts);
    let title = "# Instructions of one call, written by `cargo bench -p witdock-bench --bench instructions -- --bless`.\n\n";
    std::fs::write(path(), format!("{title}{}", toml::to_string(&recorded).unwrap())).unwrap();
    ExitCode::SUCCESS
}

fn compare() -> ExitCode {
    let recorded = recorded();
    let mut outcome = ExitCode::SUCCESS;
    println!("{:24} {:>10} {:>10}", "instructions of a call", "recorded", "now");
    for (kind, now) in count() {
        let Some(before) = recorded.get(PROFILE).and_then(|kinds| kinds.get(kind)) else {
            println!("{kind:24} {:>10} {now:10}", "none");
            outcome = ExitCode::FAILURE;
            continue;
        };
        let change = now as f64 / *before as f64 - 1.0;
        println!("{kind:24} {before:10} {now:10} {:+.1} %", change * 100.0);
        if change > TOLERANCE {
            outcome = ExitCode::FAILURE;
        } else if change < -TOLERANCE {
            println!("  it costs less than recorded: record that with `-- --bless`");
        }
    }
    if outcome == ExitCode::FAILURE {
        println!("a call costs more than recorded: see what changed, or record it with `-- --bless`");
    }
    outcome
}
