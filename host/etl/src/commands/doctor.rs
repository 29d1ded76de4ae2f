//! `witdock-etl doctor`.

use std::path::Path;
use std::process::{Command, ExitCode};

use serde_json::json;
use witdock_etl::pipeline::{Pipeline, SinkKind, SourceKind};
use witdock_etl::progress::counted;
use witdock_etl::sink::{self, SinkStart};
use witdock_etl::source::{self, Past};

use super::run::print;
use crate::arguments::DoctorArguments;

/// The result of one check.
struct Finding {
    what: String,
    /// The finding, or the problem.
    found: Result<String, String>,
    /// What to do if it is missing.
    help: &'static str,
    /// Whether the pipeline cannot run without it.
    needed: bool,
}

/// Checks the tools of this machine, and the source and the sinks of a pipeline.
pub(crate) async fn doctor(arguments: DoctorArguments) -> anyhow::Result<ExitCode> {
    let mut findings = tokio::task::spawn_blocking(tools).await?;
    if let Some(path) = &arguments.pipeline {
        let pipeline = Pipeline::open(path)?;
        findings.extend(tokio::task::spawn_blocking(move || places(&pipeline)).await?);
    }
    let mut lines = Vec::new();
    for Finding { what, found, help, needed } in &findings {
        let (mark, text) = match found {
            Ok(text) => ("ok", text.clone()),
            Err(text) if *needed => ("MISSING", format!("{text}; {help}")),
            Err(text) => ("-", format!("{text}; {help}")),
        };
        lines.push(if arguments.json {
            json!({ "what": what, "ok": found.is_ok(), "needed": needed, "found": text }).to_string()
        } else {
            format!("{mark:8}{what:24}{text}")
        });
    }
    print(&lines)?;
    let failed = findings.iter().any(|finding| finding.needed && finding.found.is_err());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Checks the tools that plugins are built with. Plugins that are components already need none.
fn tools() -> Vec<Finding> {
    let tool = |what: &str, program: &str, arguments: &[&str], help: &'static str| Finding {
        what: what.to_owned(),
        found: version(program, arguments),
        help,
        needed: false,
    };
    let targets = version("rustup", &["target", "list", "--installed"]).and_then(|_| {
        let output = Command::new("rustup").args(["target", "list", "--installed"]).output();
        let listed =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let known: Vec<_> = listed.lines().filter(|line| line.starts_with("wasm32")).collect();
        if known.is_empty() { Err("no WebAssembly target".to_owned()) } else { Ok(known.join(", ")) }
    });
    vec![
        tool("Rust plugins", "cargo", &["--version"], "install Rust from https://rustup.rs"),
        Finding {
            what: "  their target".to_owned(),
            found: targets,
            help: "rustup target add wasm32-unknown-unknown",
            needed: false,
        },
        tool("JavaScript plugins", "node", &["--version"], "install Node.js 20 or later, with npm"),
        tool("Python plugins", "python3", &["--version"], "install Python 3.10 or later"),
        tool(
            "C plugins",
            "clang-22",
            &["--version"],
            "apt install clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32",
        ),
    ]
}

/// The first line of a program's output.
fn version(program: &str, arguments: &[&str]) -> Result<String, String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok(text.lines().next().unwrap_or_default().to_owned())
        }
        Ok(output) => Err(format!("`{program}` failed ({})", output.status)),
        Err(_) => Err(format!("`{program}` is not installed")),
    }
}

/// Checks that the source can be read and the sinks can be written to.
fn places(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = vec![Finding {
        what: "source".to_owned(),
        found: match &pipeline.source.kind {
            SourceKind::Plugin(plugin) => Ok(format!("plugin {}", plugin.plugin.path.display())),
            _ => source::open(&pipeline.source, Past::default(), None)
                .map(|units| {
                    let columns = counted(units.schema().fields().len() as u64, "column");
                    format!("{}, {columns}", pipeline.source.name())
                })
                .map_err(|error| error.to_string()),
        },
        help: "fix `[source]`, or the files it names",
        needed: true,
    }];
    for (index, sink) in pipeline.sinks.iter().enumerate() {
        let found = match &sink.kind {
            SinkKind::Stdout(_) => Ok("standard output".to_owned()),
            SinkKind::Plugin(plugin) => Ok(format!("plugin {}", plugin.plugin.path.display())),
            SinkKind::File(file) => writable(file.path.parent().unwrap_or(Path::new("."))),
            SinkKind::Folder(file) => writable(&file.path),
            SinkKind::Object(object) => sink::check_object(object)
                .map(|()| format!("{} can be written to", object.url))
                .map_err(|error| error.to_string()),
            SinkKind::Table(_) => {
                let start = SinkStart { run: "", pipeline: "", index, commits: 0, mark: None };
                sink::committed(sink, &start, false).map(|_| sink.name()).map_err(|error| error.to_string())
            }
        };
        findings.push(Finding {
            what: format!("sink {}", sink.format().name()),
            found,
            help: "fix `[[sink]]`, or its target",
            needed: true,
        });
    }
    findings
}

/// Whether a file can be created in a folder. If the folder is missing, its nearest existing parent is checked.
fn writable(folder: &Path) -> Result<String, String> {
    let there = folder.ancestors().find(|folder| folder.exists() && !folder.as_os_str().is_empty());
    let there = there.unwrap_or(Path::new("."));
    match tempfile::tempfile_in(there) {
        Ok(_) => Ok(format!("{} can be written to", folder.display())),
        Err(error) => Err(format!("{} cannot be written to: {error}", there.display())),
    }
}
