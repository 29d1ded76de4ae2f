//! A plugin's source is edited during a run, as its author does while developing.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use witdock::{Dock, Status};
use witdock_etl::figures::StageFigures;
use witdock_etl::flow::Flow;
use witdock_etl::lookup::Lookups;
use witdock_etl::pipeline::Pipeline;
use witdock_etl::progress::Reporter;
use witdock_etl::rows::{Origin, Rows};
use witdock_etl::stage::{Stage, StageRun, StageStream};

const KEYS: [&str; 3] = ["UA", "AA", "B6"];
const BATCH_ROWS: usize = 100;
/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A plugin's project in a folder of its own: `count-per-key`, as its author would have it.
struct Author(TempDir);

impl Author {
    fn new() -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let plugins = repository.join("plugins");
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("src")).unwrap();
        fs::create_dir(project.path(".cargo")).unwrap();
        fs::copy(plugins.join("etl/count-per-key/src/lib.rs"), project.path("src/lib.rs")).unwrap();
        // The versions that the repository's own plugins are built with, and what is already built of them.
        fs::copy(plugins.join("Cargo.lock"), project.path("Cargo.lock")).unwrap();
        let target = plugins.join("target");
        project.write(".cargo/config.toml", &format!("[build]\ntarget-dir = {target:?}\n"));
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"edited-while-running\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [lib]\ncrate-type = [\"cdylib\"]\n\
                 [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 witdock-etl-guest = {{ path = {:?} }}\n\
                 [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n\
                 [workspace]\n",
                repository.join("guest-sdk/rust/etl")
            ),
        );
        project.write(
            "plugin.toml",
            "[plugin]\nname = \"counter\"\n[build]\nlanguage = \"rust\"\n[grants]\nimports = []\n",
        );
        project.write("rows.csv", "carrier\nUA\n");
        project.write(
            "pipeline.toml",
            "[source]\nformat = \"csv\"\npath = \"rows.csv\"\n\
             [[stage]]\nname = \"count\"\nplugin = \".\"\n[stage.settings]\nkey = \"carrier\"\n\
             [[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n",
        );
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// Changes the plugin's source, by renaming as editors do.
    fn edit(&self, from: &str, to: &str) {
        let source = fs::read_to_string(self.path("src/lib.rs")).unwrap();
        assert!(source.contains(from), "the plugin's source has no {from:?} any more");
        self.write("src/lib.rs.new", &source.replacen(from, to, 1));
        fs::rename(self.path("src/lib.rs.new"), self.path("src/lib.rs")).unwrap();
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("carrier", DataType::Utf8, true)]))
}

/// The rows of one batch: every key in turn.
fn rows(first: usize) -> Rows {
    let keys: StringArray = (first..first + BATCH_ROWS).map(|row| Some(KEYS[row % KEYS.len()])).collect();
    let numbers = UInt64Array::from_iter_values((first..first + BATCH_ROWS).map(|row| row as u64 + 1));
    Rows {
        batch: RecordBatch::try_new(schema(), vec![Arc::new(keys)]).unwrap(),
        origin: Origin::Source { unit: "keys".into(), rows: numbers.clone(), lines: Some(numbers) },
    }
}

/// A stage under load: batches go in until the load is stopped, and the rows that come out are counted.
struct Load {
    stop: watch::Sender<bool>,
    feeder: JoinHandle<usize>,
    checker: JoinHandle<usize>,
    runner: JoinHandle<()>,
}

impl Load {
    fn start(run: StageRun) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (input, receiver) = mpsc::channel(2);
        let (sender, mut output) = mpsc::channel::<Flow>(2);
        let feeder = tokio::spawn(async move {
            let mut sent = 0;
            while !*stopped.borrow() {
                input.send(Flow::Rows(rows(sent))).await.unwrap();
                sent += BATCH_ROWS;
            }
            sent
        });
        let checker = tokio::spawn(async move {
            let mut counts: HashMap<String, i64> = HashMap::new();
            let mut received = 0;
            while let Some(flow) = output.recv().await {
                let Flow::Rows(rows) = flow else { panic!("a row was rejected") };
                let keys = rows.batch["carrier"].as_string::<i32>();
                let numbers = rows.batch["count"].as_primitive::<Int64Type>();
                for (key, number) in keys.iter().flatten().zip(numbers.values()) {
                    let count = counts.entry(key.to_owned()).or_default();
                    *count += 1;
                    assert_eq!(count, number, "row {received}, of {key}");
                    received += 1;
                }
            }
            received
        });
        let runner = tokio::spawn(async move {
            let stream = StageStream::new(Arc::new(run), sender, 8192, StageFigures::default());
            stream.run(receiver, None).await.unwrap();
        });
        Self { stop, feeder, checker, runner }
    }

    /// Ends the load: rows that went in, and rows that came out.
    async fn stop(self) -> (usize, usize) {
        self.stop.send_replace(true);
        let sent = self.feeder.await.unwrap();
        self.runner.await.unwrap();
        (sent, self.checker.await.unwrap())
    }
}

async fn until(status: &mut watch::Receiver<Status>, seen: impl Fn(&Status) -> bool) -> String {
    if let Ok(status) = tokio::time::timeout(PATIENCE, status.wait_for(|status| seen(status))).await {
        return status.unwrap().to_string();
    }
    panic!("it never came; the status is {}", *status.borrow())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn source_edited_under_load_is_rebuilt_and_swapped_and_a_build_error_changes_nothing() {
    let project = Author::new();
    let pipeline = Pipeline::open(&project.path("pipeline.toml")).unwrap();
    let dock = Dock::builder().without_cache().build().unwrap();
    let lookups = Arc::new(Lookups::default());
    let stage = Stage::load(&dock, &pipeline.stages[0], lookups, schema(), &Reporter::lines()).await.unwrap();
    stage.watch().unwrap();
    let run = StageRun::start(&stage, schema()).await.unwrap();
    let plugin = stage.plugin().unwrap().clone();
    let mut status = plugin.status();
    let load = Load::start(run);

    // Generation 2 has other code, and continues to count where generation 1 stopped.
    project.edit("*count += 1;", "*count = count.checked_add(1).unwrap_or(-1);");
    until(&mut status, |status| status.generation == 2).await;

    project.edit("count.checked_add(1)", "count.no_such_method()");
    let told = until(&mut status, |status| status.to_string().contains("rejected")).await;
    assert!(told.starts_with("running generation 2; generation 3 rejected:"), "{told}");
    assert!(told.contains("no_such_method") && told.contains("src/lib.rs:"), "{told}");

    project.edit("count.no_such_method().unwrap_or(-1)", "count.checked_add(1).unwrap_or(-2)");
    let told = until(&mut status, |status| status.generation == 3).await;
    assert_eq!(told, "running generation 3");

    let (sent, received) = load.stop().await;
    assert_eq!(sent, received);
    let process = plugin.statistics().exports["process"];
    assert_eq!((process.calls, process.errors), ((sent / BATCH_ROWS) as u64, 0));
    assert!(process.calls > 10, "the stage was under no load");
}
