//! Three works over a Parquet file of 3 million flights: `witdock-etl` beside DuckDB and polars, each in a process of its own, in turn.
//!
//! `cargo bench -p witdock-bench --bench peers -- "$PWD/flights-3m.parquet"`. The peers need `pip install duckdb polars`, for the Python that
//! `WITDOCK_BENCH_PYTHON` names, or `python3`. `WITDOCK_BENCH_PROGRAM` is a `witdock-etl` that is there, in place of a release build. The rows of all programs are compared; a difference is a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark")]

mod programs;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use self::programs::{Measured, measure};

/// The median of so many runs of each program.
const RUNS: usize = 5;

/// Both peers get as many threads as `witdock-etl` has for its work.
const THREADS: &str = "2";

/// A work: its name in `peers/works.py`, what it is, its stage, and its sink.
struct Work {
    name: &'static str,
    title: &'static str,
    stage: &'static str,
    format: &'static str,
}

const WORKS: [Work; 3] = [
    Work { name: "convert", title: "all columns to CSV", stage: "", format: "csv" },
    Work {
        name: "filter",
        title: "`filter = \"delay > 10 and distance > 500\"` to Parquet",
        stage: "[[stage]]\nfilter = \"delay > 10 and distance > 500\"\n",
        format: "parquet",
    },
    Work {
        name: "aggregate",
        title: "the plugin `aggregate`, a count and two sums by origin and destination, to Parquet",
        stage: "[[stage]]\nname = \"aggregate\"\nplugin = \"plugins/aggregate.wasm\"\n\
                settings = { by = [\"origin\", \"destination\"], \
                columns = { flights = \"count\", delay = { sum = \"delay\" }, distance = { sum = \"distance\" } } }\n",
        format: "parquet",
    },
];

fn main() {
    // Cargo passes `--bench` along.
    let flights = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let flights = flights
        .expect("give the path of flights-3m.parquet: `npm pack vega-datasets@3.2.1` has it in package/data");
    let flights = Path::new(&flights).canonicalize().expect("the file of flights is there");
    let root = programs::root();
    let folder = tempfile::tempdir().unwrap();
    let program = programs::witdock_etl(&root);
    programs::components(&root, folder.path(), &["aggregate"]);
    let python = |arguments: &[&str]| {
        let mut command = Command::new(programs::python());
        command.arg(root.join("host/bench/peers/works.py")).args(arguments).current_dir(folder.path());
        command.env("POLARS_MAX_THREADS", THREADS).env("DUCKDB_THREADS", THREADS);
        command
    };
    let mut versions = python(&["versions"]);
    let versions = versions.output().expect("Python runs");
    let known = String::from_utf8_lossy(&versions.stdout);
    assert!(versions.status.success(), "{}", String::from_utf8_lossy(&versions.stderr));

    println!(
        "{}; processor time, user and system, the median of {RUNS} runs; memory, the most of them\n",
        known.trim()
    );
    println!("| work | `witdock-etl run` | DuckDB | polars | of DuckDB's time | of polars' time | memory |");
    println!("|---|---|---|---|---|---|---|");
    for work in &WORKS {
        let output = |program: &str| format!("{}-{program}.{}", work.name, work.format);
        let pipeline = folder.path().join(format!("{}.toml", work.name));
        let text = format!(
            "[source]\nformat = \"parquet\"\npath = {flights:?}\n{}[[sink]]\nformat = \"{}\"\npath = \"{}\"\n",
            work.stage,
            work.format,
            output("witdock")
        );
        std::fs::write(&pipeline, text).unwrap();
        let mut runs: [Vec<Measured>; 3] = Default::default();
        for _ in 0..RUNS {
            let mut ours = Command::new(&program);
            ours.arg("run").arg(&pipeline).arg("--json").current_dir(folder.path());
            ours.stderr(std::process::Stdio::null());
            let flights = flights.to_str().unwrap();
            let peer = |name: &str| python(&[name, work.name, flights, &output(name)]);
            for (runs, command) in runs.iter_mut().zip([ours, peer("duckdb"), peer("polars")]) {
                runs.push(measure(command).expect("each program ends well"));
            }
        }
        for peer in ["duckdb", "polars"] {
            let same = python(&["compare", work.name, &output("witdock"), &output(peer)]).status().unwrap();
            assert!(same.success(), "the rows of {} differ from those of {peer}", work.name);
        }
        let [ours, duckdb, polars] = runs.map(|runs| (median(&runs), most(&runs)));
        let ratio = |peer: Duration| ours.0.as_secs_f64() / peer.as_secs_f64();
        println!(
            "| {} | {:.2} s | {:.2} s | {:.2} s | {:.2} | {:.2} | {} MB, {} MB, {} MB |",
            work.title,
            ours.0.as_secs_f64(),
            duckdb.0.as_secs_f64(),
            polars.0.as_secs_f64(),
            ratio(duckdb.0),
            ratio(polars.0),
            ours.1,
            duckdb.1,
            polars.1
        );
    }
    println!("\nThe rows are equal.");
}

fn median(runs: &[Measured]) -> Duration {
    let mut times: Vec<_> = runs.iter().map(|run| run.processor).collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The most memory in MB.
fn most(runs: &[Measured]) -> u64 {
    runs.iter().map(|run| run.memory_bytes / 1_000_000).max().unwrap_or_default()
}
