//! Plugins that change while a pipeline runs.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use serde_json::Value;

use crate::project::{FLIGHTS, PATIENCE, Project, another, component, edited_counter, repository, sink};

/// Rows a second: slow enough that a reload comes in the middle of a run, on a busy machine too.
const STEADY: &str = "1500";

/// `run --watch` with its output, line by line.
struct Watching {
    child: Child,
    errors: Receiver<String>,
    results: Receiver<String>,
}

impl Watching {
    fn start(project: &Project, throttle: &str) -> Self {
        let arguments = ["run", "pipeline.toml", "--watch", "--json", "--throttle", throttle];
        let mut child =
            project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = lines(child.stderr.take().unwrap());
        let results = lines(child.stdout.take().unwrap());
        let watching = Self { child, errors, results };
        watching.until("watching the plugins");
        watching
    }

    /// Waits for a message with this part in it.
    fn until(&self, part: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Ok(line) = self.errors.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
        panic!("{part:?} was never printed, but {seen:#?}")
    }

    /// Waits for a run's summary.
    fn summary(&self) -> Value {
        serde_json::from_str(&self.results.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    fn interrupt(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(130));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn project(file: &str, settings: &str) -> Project {
    let rest = format!(
        "[[stage]]\nname = \"one\"\nplugin = \"{file}\"\n{settings}\
         grants = {{ imports = [\"witdock:etl/*\"] }}\n{}",
        sink("csv", "out.csv")
    );
    Project::new(&repository(FLIGHTS), &rest)
}

/// Replaces a plugin as build tools do.
fn replace(project: &Project, file: &str, bytes: &[u8]) {
    fs::write(project.path("new"), bytes).unwrap();
    fs::rename(project.path("new"), project.path(file)).unwrap();
}

/// Compiles these components into the cache: a reload in the middle of a run must not take longer than the run, and a busy
/// machine compiles slowly.
fn compile(project: &Project, file: &str, components: &[&[u8]]) {
    for component in components {
        replace(project, file, component);
        let output = project.command(&["plan", "pipeline.toml"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Whether each carrier's flights are numbered through in the result.
fn numbered_through(project: &Project) -> bool {
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut reader = csv::Reader::from_path(project.path("out.csv")).unwrap();
    let carrier = reader.headers().unwrap().iter().position(|name| name == "carrier").unwrap();
    let mut rows = 0;
    let through = reader.records().map(Result::unwrap).all(|row| {
        rows += 1;
        let count = seen.entry(row[carrier].to_owned()).or_default();
        *count += 1;
        row[row.len() - 1].parse() == Ok(*count)
    });
    through && rows == 11_000
}

#[test]
fn a_reload_in_the_middle_of_a_run_loses_no_row_and_no_state() {
    let good = component("plugins/etl/count-per-key");
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    let second = another(&good, "second");
    compile(&project, "count.wasm", &[&second, &good]);
    let watching = Watching::start(&project, STEADY);
    replace(&project, "count.wasm", &second);
    assert!(watching.until("running generation 2").contains("state kept"));
    // A file that is not a plugin is rejected and never serves.
    replace(&project, "count.wasm", b"junk");
    assert!(watching.until("REJECTED").contains("running generation 2; generation 3"));
    let summary = watching.summary();
    assert_eq!(
        (&summary["rows_out"], &summary["stages"][0]["generation"]),
        (&Value::from(11_000), &Value::from(2))
    );
    assert!(numbered_through(&project), "generation 2 went on counting where generation 1 stopped");

    // The run is over; a new generation runs the pipeline again, from the start.
    fs::remove_file(project.path("out.csv")).unwrap();
    replace(&project, "count.wasm", &good);
    let again = watching.summary();
    assert_eq!(again["rows_out"], 11_000);
    assert_ne!(again["stages"][0]["sha256"], summary["stages"][0]["sha256"]);
    assert!(numbered_through(&project), "a new run starts to count anew");
    watching.interrupt();
    assert_eq!(project.names(), ["count.wasm", "out.csv", "pipeline.rejected.jsonl", "pipeline.toml"]);
}

#[test]
fn a_generation_that_drops_the_state_ends_the_run() {
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    fs::write(project.path("count.wasm"), component("plugins/etl/count-per-key")).unwrap();
    let stateless = edited_counter("export!(CountPerKey, state)", "export!(CountPerKey)");
    let watching = Watching::start(&project, STEADY);
    replace(&project, "count.wasm", &stateless);
    assert!(watching.until("running generation 2").contains("state LOST"));
    let told = watching.until("error: stage `one`");
    assert!(
        told.contains("lost the rows that it held") && told.contains("generation 2 serves now"),
        "{told}"
    );
    assert!(!project.path("out.csv").exists(), "counts that start over in the middle are not written");
    watching.interrupt();
}

const PROCESS: &str = "let keys = batch.utf8(&self.counts.key)?;";

#[test]
fn a_generation_that_fails_is_rolled_back_and_its_batch_sent_again() {
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    let bad = edited_counter(PROCESS, &format!("if true {{ panic!(\"on purpose\"); }} {PROCESS}"));
    compile(&project, "count.wasm", &[&bad, &component("plugins/etl/count-per-key")]);
    let watching = Watching::start(&project, STEADY);
    replace(&project, "count.wasm", &bad);
    let told = watching.until("ROLLED BACK");
    assert!(told.contains("running generation 1 again") && told.contains("on purpose"), "{told}");
    let summary = watching.summary();
    assert_eq!(
        (&summary["rows_out"], &summary["stages"][0]["generation"]),
        (&Value::from(11_000), &Value::from(1))
    );
    assert!(numbered_through(&project), "the batch that failed was counted once");
    watching.interrupt();
}

#[test]
fn a_late_rollback_loses_nothing_of_what_a_plugin_counted() {
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    let late = "if self.counts.of_key.values().sum::<i64>() > 9_000 { panic!(\"too late\"); }";
    let bad = edited_counter(PROCESS, &format!("{late} {PROCESS}"));
    compile(&project, "count.wasm", &[&bad, &component("plugins/etl/count-per-key")]);
    let watching = Watching::start(&project, STEADY);
    replace(&project, "count.wasm", &bad);
    watching.until("running generation 2");
    let told = watching.until("ROLLED BACK");
    assert!(told.contains("running generation 1 again") && told.contains("too late"), "{told}");
    // Generation 1 is given the state that was saved last, and the batches since.
    assert_eq!(watching.summary()["rows_out"], 11_000);
    assert!(numbered_through(&project), "no batch was lost or counted twice");
    watching.interrupt();
}

#[test]
fn a_generation_that_would_change_the_output_waits_for_the_next_run() {
    let counter = component("plugins/etl/count-per-key");
    let renamed = edited_counter("\"count\".to_owned()", "\"number\".to_owned()");
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    let again = another(&renamed, "again");
    compile(&project, "count.wasm", &[&again, &renamed, &counter]);
    let watching = Watching::start(&project, STEADY);
    replace(&project, "count.wasm", &renamed);
    let told = watching.until("REJECTED");
    assert!(told.contains("column 20 was `count` (Int64) and would be `number` (Int64)"), "{told}");
    watching.summary();
    // Between two runs nothing relies on the columns.
    replace(&project, "count.wasm", &again);
    watching.summary();
    assert!(project.read("out.csv").lines().next().unwrap().ends_with(",number"));
    watching.interrupt();
}

#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    let project = project("count.wasm", "settings = { key = \"carrier\" }\n");
    fs::write(project.path("count.wasm"), component("plugins/etl/count-per-key")).unwrap();
    fs::write(project.path("out.csv"), "earlier").unwrap();
    Watching::start(&project, "10").interrupt();
    assert_eq!(project.names(), ["count.wasm", "out.csv", "pipeline.toml"]);
    assert_eq!(project.read("out.csv"), "earlier");
}
