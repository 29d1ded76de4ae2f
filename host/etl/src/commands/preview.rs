//! `witdock-etl preview`.

use std::fs;
use std::process::ExitCode;

use witdock_etl::engine::Engine;
use witdock_etl::preview;
use witdock_etl::progress::{Reporter, counted};
use witdock_etl::run::RunOptions;
use witdock_etl::table::{Align, Table};

use super::run::{print, print_exactly, terminal_width};
use crate::arguments::PreviewArguments;

/// Runs the first rows into a temporary folder, and shows the result.
pub(crate) async fn preview(arguments: PreviewArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open(&arguments.pipeline)?;
    let folder = tempfile::tempdir()?;
    let mut engine = Engine::load(pipeline.into_folder(folder.path()), reporter).await?;
    let rows = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let options = RunOptions { limit: Some(arguments.limit), preview_rows: rows, ..RunOptions::default() };
    let outcome = engine.run(options).await?;
    let rejected = fs::read_to_string(folder.path().join("rejected.jsonl"))?;
    if arguments.json {
        let out = fs::read_to_string(folder.path().join("out.jsonl"))?;
        print_exactly(&out.lines().map(str::to_owned).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let width = terminal_width();
    let first_rows = outcome.first_rows?;
    let mut lines = if first_rows.num_rows() > 0 {
        preview::table(&first_rows)?.render(width)
    } else {
        vec!["no rows come out".to_owned()]
    };
    if !rejected.is_empty() {
        let mut table = Table::new([
            ("rejected by", Align::Left),
            ("row", Align::Right),
            ("line", Align::Right),
            ("code", Align::Left),
            ("message", Align::Left),
        ])
        .cut_at(width.saturating_sub(50).max(40));
        for line in rejected.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let cell = |name: &str| match row.get(name) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(serde_json::Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            table.row([cell("stage"), cell("row"), cell("line"), cell("code"), cell("message")]);
        }
        lines.push(String::new());
        lines.extend(table.render(width));
    }
    lines.push(String::new());
    lines.push(format!(
        "{} read = {} out + {} rejected + {} dropped; nothing was written",
        counted(outcome.summary.rows_read, "row"),
        outcome.summary.rows_out,
        outcome.summary.rejected,
        outcome.summary.dropped
    ));
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}
