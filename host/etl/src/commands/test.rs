//! `witdock-etl test`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use witdock_etl::engine::Engine;
use witdock_etl::pipeline::{Pipeline, SourceConfig, SourceKind, TestConfig};
use witdock_etl::progress::{Reporter, counted};
use witdock_etl::run::RunOptions;

use super::run::{print, print_exactly};
use crate::arguments::TestArguments;

/// Runs each test, and shows where the result differs from the expected one.
pub(crate) async fn test(arguments: TestArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open(&arguments.pipeline)?;
    if pipeline.tests.is_empty() {
        anyhow::bail!(
            "{} has no tests; add for example:\n\n[[test]]\nstage = \"{}\"\ninput = \"tests/rows.csv\"\nexpected = \"tests/rows.expected.jsonl\"\n\n\
             and run `witdock-etl test --bless` to write the actual result to the file",
            arguments.pipeline.display(),
            pipeline.stages.first().map_or("clean", |stage| &stage.name)
        );
    }
    let mut failed = 0;
    for test in &pipeline.tests {
        let found = run(&pipeline, test, reporter.clone()).await?;
        let lines = counted(found.lines().count() as u64, "line");
        let name = format!("{} {}", test.stage, test.input.names());
        if arguments.bless {
            if let Some(folder) = test.expected.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&test.expected, &found)
                .with_context(|| format!("cannot write {}", test.expected.display()))?;
            print(&[format!("wrote {} ({lines})", test.expected.display())])?;
            continue;
        }
        let expected = read(&test.expected)?;
        let passed = expected == found;
        failed += usize::from(!passed);
        if arguments.json {
            print_exactly(&[
                json!({ "test": name, "passed": passed, "diff": diff(&expected, &found) }).to_string()
            ])?;
        } else if passed {
            print(&[format!("ok    {name} ({lines})")])?;
        } else {
            let mut lines = vec![format!("FAILED {name}: `-` is expected, `+` is the result")];
            lines.extend(diff(&expected, &found));
            print(&lines)?;
        }
    }
    if failed > 0 {
        reporter.message(&format!(
            "{failed} of {} failed; if the results are right, accept them with `--bless`",
            counted(pipeline.tests.len() as u64, "test")
        ));
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(expected: &Path) -> anyhow::Result<String> {
    fs::read_to_string(expected).with_context(|| {
        format!("cannot read {}; `--bless` writes the actual result to this file", expected.display())
    })
}

/// The result of a test: the rows that come out, then the rejected ones.
async fn run(pipeline: &Pipeline, test: &TestConfig, reporter: Reporter) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let mut alone = pipeline.into_folder(folder.path());
    alone.source =
        SourceConfig { kind: SourceKind::Files(test.input.clone()), batch_rows: pipeline.source.batch_rows };
    alone.stages.retain(|stage| stage.name == test.stage);
    let mut engine = Engine::load(alone, reporter).await?;
    engine.run(RunOptions { preview_rows: 0, ..RunOptions::default() }).await?;
    let mut found = fs::read_to_string(folder.path().join("out.jsonl"))?;
    for line in fs::read_to_string(folder.path().join("rejected.jsonl"))?.lines() {
        let row: Value = serde_json::from_str(line)?;
        // The plugin's digest and the path of the source differ from machine to machine.
        let rejected =
            json!({ "row": row.get("row"), "code": row.get("code"), "message": row.get("message") });
        found.push_str(&format!("{}\n", json!({ "rejected": rejected })));
    }
    Ok(found)
}

/// The lines that differ, with some context.
fn diff(expected: &str, found: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, found);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("  {sign} {}", change.value().trim_end()));
        }
        lines.push("    …".to_owned());
    }
    lines.pop();
    lines
}
