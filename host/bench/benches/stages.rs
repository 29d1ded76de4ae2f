//! What the sandbox costs a pipeline: its two stages over all batches of a file, as sandboxed plugins and as the same work natively,
//! over the same arrow arrays in one process.
//!
//! `cargo bench -p witdock-bench --bench stages -- FLIGHTS.csv`. Without a file, the tutorial's 11,000 flights thirty times.
//!
//! `clean` is the plugin's own code, compiled natively. `enrich` asks the host for a table, which has no native side, so it is
//! written again over arrow arrays and a hash map.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use tokio::sync::mpsc;
use witdock_etl::bindings::witdock::etl::types as host;
use witdock_etl::checkpoint::Start;
use witdock_etl::columns::field_to_guest;
use witdock_etl::contract::Contract;
use witdock_etl::engine::Engine;
use witdock_etl::figures::StageFigures;
use witdock_etl::flow::Flow;
use witdock_etl::pipeline::Pipeline;
use witdock_etl::progress::Reporter;
use witdock_etl::rows::Rows;
use witdock_etl::run::RunOptions;
use witdock_etl::source::{self, Next, Past};
use witdock_etl::stage::{StageRun, StageStream};
use witdock_etl_guest as guest;

/// The best of so many rounds, native and sandboxed in turn: what else the machine does only adds.
const ROUNDS: usize = 5;
const BATCH_ROWS: usize = 8192;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let flights = folder.path().join("flights.csv");
    match std::env::args().skip(1).find(|argument| !argument.starts_with("--")) {
        Some(path) => drop(fs::copy(path, &flights).unwrap()),
        None => {
            let text = fs::read_to_string(root.join("docs/tutorial/flights/flights.csv")).unwrap();
            let (header, rows) = text.split_once('\n').unwrap();
            fs::write(&flights, format!("{header}\n{}", rows.repeat(30))).unwrap();
        }
    }
    let airlines = root.join("docs/tutorial/flights/airlines.csv");
    let pipeline = folder.path().join("pipeline.toml");
    fs::write(&pipeline, witdock_bench::flights_pipeline(&root.join("plugins/etl"), &flights, &airlines))
        .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure(&pipeline, &airlines));
}

async fn measure(pipeline: &Path, airlines: &Path) {
    let mut engine = Engine::load(Pipeline::open(pipeline).unwrap(), Reporter::lines()).await.unwrap();
    let [clean, enrich] = engine.stages() else { panic!("two stages") };
    let (clean, enrich) = (clean.clone(), enrich.clone());
    let flights = read(engine.pipeline());
    let schema = flights[0].batch.schema();
    let count: usize = flights.iter().map(Rows::len).sum();

    let clean = Arc::new(StageRun::start(&clean, schema).await.unwrap());
    let contract = contract_of(&clean);
    let enrich = Arc::new(StageRun::start(&enrich, contract.schema()).await.unwrap());
    let second = contract_of(&enrich);
    let mut session = native_clean(&flights[0].batch);
    let names = names(airlines);
    let (mut clean_best, mut enrich_best) = ([Duration::MAX; 2], [Duration::MAX; 2]);
    for _ in 0..ROUNDS {
        let (time, sandboxed) = through(&clean, &flights).await;
        clean_best[0] = clean_best[0].min(time);
        let begun = Instant::now();
        let native: Vec<_> = flights.iter().map(|rows| process(&mut session, &contract, rows)).collect();
        clean_best[1] = clean_best[1].min(begun.elapsed());
        assert!(same(&sandboxed, &native), "native code and the plugin differ");

        let (time, sandboxed) = through(&enrich, &native).await;
        enrich_best[0] = enrich_best[0].min(time);
        let begun = Instant::now();
        let native: Vec<_> = native.iter().map(|rows| look_up(&second, rows, &names)).collect();
        enrich_best[1] = enrich_best[1].min(begun.elapsed());
        assert!(same(&sandboxed, &native), "native code and the plugin differ");
    }
    drop((clean, enrich));

    let (mut wall, mut processor) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let (begun, before) = (Instant::now(), processor_time());
        let outcome = engine.run(RunOptions { start: Start::Fresh, ..RunOptions::default() }).await.unwrap();
        assert_eq!(outcome.summary.rows_read, count as u64);
        if begun.elapsed() < wall {
            (wall, processor) = (begun.elapsed(), processor_time() - before);
        }
    }

    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{count} rows in {} batches\n", flights.len());
    println!("| stage | sandboxed | native | times native | the sandbox costs |");
    println!("|---|---|---|---|---|");
    let mut costs = 0.0;
    for (name, [sandboxed, native]) in [("clean", clean_best), ("enrich", enrich_best)] {
        let (sandboxed, native) = (milliseconds(sandboxed), milliseconds(native));
        costs += sandboxed - native;
        let times = sandboxed / native;
        println!(
            "| {name} | {sandboxed:.0} ms | {native:.0} ms | {times:.2} | {:.0} ms |",
            sandboxed - native
        );
    }
    let (wall, processor) = (milliseconds(wall), milliseconds(processor));
    println!(
        "\nThe whole pipeline: {wall:.0} ms, {processor:.0} ms of both processors. \
         The sandbox's share of that: {:.0} %.",
        100.0 * costs / processor
    );
}

/// All rows of the source.
fn read(pipeline: &Pipeline) -> Vec<Rows> {
    let mut units = source::open(&pipeline.source, Past::default(), None).unwrap();
    let mut batches = Vec::new();
    while let Next::Unit(mut unit) = units.next().unwrap() {
        while let Some(read) = unit.reader.read(BATCH_ROWS).unwrap() {
            batches.push(read.rows);
        }
    }
    batches
}

/// The time for all batches through a stage's plugin, and what comes out.
fn contract_of(run: &StageRun) -> Arc<Contract> {
    match run {
        StageRun::Plugin(run) => Arc::clone(run.contract()),
        StageRun::Steps(_) => panic!("a plugin"),
    }
}

async fn through(stage: &Arc<StageRun>, batches: &[Rows]) -> (Duration, Vec<Rows>) {
    let (input, receiver) = mpsc::channel(1);
    let (sender, mut output) = mpsc::channel(1);
    let stream = StageStream::new(Arc::clone(stage), sender, BATCH_ROWS, StageFigures::default());
    let begun = Instant::now();
    let stream = tokio::spawn(stream.run(receiver, None));
    let given = batches.to_vec();
    let feeder = tokio::spawn(async move {
        for rows in given {
            input.send(Flow::Rows(rows)).await.unwrap();
        }
    });
    let mut rows = Vec::new();
    while let Some(flow) = output.recv().await {
        match flow {
            Flow::Rows(batch) => rows.push(batch),
            _ => panic!("every row is good"),
        }
    }
    let time = begun.elapsed();
    feeder.await.unwrap();
    stream.await.unwrap().unwrap();
    (time, rows)
}

fn same(one: &[Rows], other: &[Rows]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.batch == other.batch)
}

/// A session of the plugin's own code in this process.
fn native_clean(first: &RecordBatch) -> guest::Session<clean_flights::CleanFlights> {
    let schema = first.schema();
    let fields = schema.fields().iter().map(|field| {
        let field = field_to_guest(field).unwrap();
        let named = guest::Field::utf8(field.name);
        if field.nullable { named.nullable() } else { named }
    });
    guest::Session::open(fields.collect(), "{}").unwrap()
}

/// The same steps as through the sandbox, without it.
fn process(
    session: &mut guest::Session<clean_flights::CleanFlights>,
    contract: &Contract,
    rows: &Rows,
) -> Rows {
    let batch = contract.read(&rows.batch).unwrap();
    let columns = batch.columns.into_iter().map(into_guest).collect();
    let output = session.process(batch.rows, columns).unwrap();
    assert!(output.rejected.is_empty() && output.rows == guest::OutputRows::All, "every row is good");
    let columns = output.columns.into_iter().map(into_host).collect();
    let output = host::Output { rows: host::OutputRows::All, columns, rejected: Vec::new() };
    contract.apply(rows, output).unwrap().rows
}

/// Both sides have generated types of their own: the vectors move.
fn into_guest(column: host::Column) -> guest::Column {
    use guest::Values as To;
    use host::Values as From;
    let bytes = |bytes: host::BytesColumn| guest::BytesColumn { offsets: bytes.offsets, data: bytes.data };
    let values = match column.values {
        From::Boolean(values) => To::Boolean(values),
        From::Int32(values) => To::Int32(values),
        From::Int64(values) => To::Int64(values),
        From::Float64(values) => To::Float64(values),
        From::Date32(values) => To::Date32(values),
        From::TimestampUs(values) => To::TimestampUs(values),
        From::Utf8(values) => To::Utf8(bytes(values)),
        From::Binary(values) => To::Binary(bytes(values)),
        From::Ipc(values) => To::Ipc(values),
    };
    guest::Column { validity: column.validity, values }
}

fn into_host(column: guest::Column) -> host::Column {
    use guest::Values as From;
    use host::Values as To;
    let bytes = |bytes: guest::BytesColumn| host::BytesColumn { offsets: bytes.offsets, data: bytes.data };
    let values = match column.values {
        From::Boolean(values) => To::Boolean(values),
        From::Int32(values) => To::Int32(values),
        From::Int64(values) => To::Int64(values),
        From::Float64(values) => To::Float64(values),
        From::Date32(values) => To::Date32(values),
        From::TimestampUs(values) => To::TimestampUs(values),
        From::Utf8(values) => To::Utf8(bytes(values)),
        From::Binary(values) => To::Binary(bytes(values)),
        From::Ipc(values) => To::Ipc(values),
    };
    host::Column { validity: column.validity, values }
}

fn names(airlines: &Path) -> HashMap<String, String> {
    let text = fs::read_to_string(airlines).unwrap();
    let pair = |line: &str| {
        let (carrier, name) = line.split_once(',').unwrap();
        (carrier.to_owned(), name.trim_matches('"').to_owned())
    };
    text.lines().skip(1).map(pair).collect()
}

/// What `enrich` does, natively.
fn look_up(contract: &Contract, rows: &Rows, names: &HashMap<String, String>) -> Rows {
    let carriers = rows.batch.column_by_name("carrier").unwrap().as_string::<i32>();
    let found: StringArray = carriers.iter().map(|carrier| names.get(carrier?).map(String::as_str)).collect();
    let found: ArrayRef = Arc::new(found);
    assert_eq!(found.null_count(), 0);
    let columns = rows.batch.columns().iter().cloned().chain([found]).collect();
    Rows { batch: RecordBatch::try_new(contract.schema(), columns).unwrap(), origin: rows.origin.clone() }
}

/// Of all threads of this process, user and system.
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name in brackets, which may have spaces: the 12th and 13th field, in ticks of 10 ms.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}
