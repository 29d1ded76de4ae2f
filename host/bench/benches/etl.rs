//! Flights from CSV through two stages into Parquet: `witdock-etl` against what a Python user would pick, each in a process of
//! its own, over the same files in one run.
//!
//! `cargo bench -p witdock-bench --bench etl -- FLIGHTS.csv`. Without a file, the tutorial's 11,000 flights thirty times. The peers need
//! `pip install polars pandas pyarrow duckdb`, for the Python that `WITDOCK_BENCH_PYTHON` names, or `python3`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark")]

mod programs;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use self::programs::{Measured, measure};

/// The best of so many runs: what else the machine does only adds.
const RUNS: usize = 3;
/// A run that takes longer is not repeated, and not tried with ten times the rows.
const LONG: Duration = Duration::from_secs(20);

fn main() {
    // Cargo passes `--bench` along.
    let given = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let root = programs::root();
    let folder = tempfile::tempdir().unwrap();
    let once = folder.path().join("flights.csv");
    match given {
        Some(path) => fs::write(&once, repeated(Path::new(&path), 1)).unwrap(),
        None => fs::write(&once, repeated(&root.join("docs/tutorial/flights/flights.csv"), 30)).unwrap(),
    }
    let ten = folder.path().join("flights-ten-times.csv");
    fs::write(&ten, repeated(&once, 10)).unwrap();
    let airlines = root.join("docs/tutorial/flights/airlines.csv");
    let (program, python) = (programs::witdock_etl(&root), programs::python());
    let plugins = programs::components(&root, folder.path(), &["clean-flights", "enrich"]);

    println!("| rows | what | time | rows/s | peak memory | times witdock |");
    println!("|---|---|---|---|---|---|");
    let mut too_slow = Vec::new();
    for flights in [&once, &ten] {
        let rows = fs::read_to_string(flights).unwrap().lines().count() - 1;
        let pipeline = folder.path().join("pipeline.toml");
        fs::write(&pipeline, witdock_bench::flights_pipeline(&plugins, flights, &airlines)).unwrap();
        let ours = best(|| {
            let mut command = Command::new(&program);
            command.arg("run").arg(&pipeline).arg("--json");
            command
        });
        let ours = ours.expect("witdock-etl runs");
        row(rows, "witdock-etl, two plugins", ours, ours.0);
        for peer in ["duckdb-sql", "polars-function", "pandas-function"] {
            if too_slow.contains(&peer) {
                println!("| {rows} | {peer} | not tried | | | |");
                continue;
            }
            let measured = best(|| {
                let mut command = Command::new(&python);
                command.arg(root.join("host/bench/peers/flights.py")).arg(peer);
                command.arg(flights).arg(&airlines).arg(folder.path().join("peer.parquet"));
                command
            });
            match measured {
                Some(measured) => {
                    if measured.0 > LONG {
                        too_slow.push(peer);
                    }
                    row(rows, peer, measured, ours.0);
                }
                None => println!("| {rows} | {peer} | not installed, or failed | | | |"),
            }
        }
    }
}

fn row(rows: usize, what: &str, (time, memory): (Duration, u64), ours: Duration) {
    let seconds = time.as_secs_f64();
    println!(
        "| {rows} | {what} | {seconds:.2} s | {:.0} | {} MiB | {:.1} |",
        rows as f64 / seconds,
        memory >> 20,
        seconds / ours.as_secs_f64()
    );
}

/// A CSV file with its rows so many times.
fn repeated(path: &Path, times: usize) -> String {
    let text = fs::read_to_string(path).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    format!("{header}\n{}", rows.repeat(times))
}

/// The shortest of some runs, and the most memory that one had. `None` when it fails.
fn best(command: impl Fn() -> Command) -> Option<(Duration, u64)> {
    let mut runs: Vec<Measured> = Vec::new();
    while runs.len() < RUNS && runs.last().is_none_or(|run| run.elapsed < LONG) {
        let mut command = command();
        command.stderr(Stdio::null());
        runs.push(measure(command)?);
    }
    Some((runs.iter().map(|run| run.elapsed).min()?, runs.iter().map(|run| run.memory_bytes).max()?))
}
