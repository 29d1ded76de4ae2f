//! `witdock-etl validate`.

use std::process::ExitCode;

use arrow_schema::Schema;
use witdock_etl::engine::Engine;
use witdock_etl::pipeline::Pipeline;
use witdock_etl::progress::Reporter;
use witdock_etl::table::{Align, Table};

use crate::arguments::ValidateArguments;
use crate::run::{print, terminal_width};

pub(crate) async fn validate(arguments: ValidateArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = Pipeline::open(&arguments.pipeline)?;
    let engine = Engine::load(pipeline, reporter).await?;
    let (source, contracts) = engine.contracts().await?;
    let mut lines = vec![format!("source: {} columns", source.fields().len())];
    lines.extend(schema_lines(&source));
    for (stage, contract) in engine.stages().iter().zip(&contracts) {
        lines.push(String::new());
        lines.push(format!(
            "{} ({}, sha256 {}): reads {} of the columns, makes {}",
            stage.name(),
            stage.plugin().name(),
            stage.plugin().digest().short(),
            contract.columns_read(),
            contract.columns_made()
        ));
        lines.extend(schema_lines(&contract.schema()));
    }
    lines.push(String::new());
    for sink in &engine.pipeline().sinks {
        lines.push(format!("sink: {} ({})", sink.name(), sink.format().name()));
    }
    lines.push(format!("{} is fine", arguments.pipeline.display()));
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}

fn schema_lines(schema: &Schema) -> Vec<String> {
    let mut table = Table::new([("column", Align::Left), ("type", Align::Left), ("", Align::Left)]);
    for field in schema.fields() {
        let null = if field.is_nullable() { "nullable" } else { "" };
        table.row([field.name().clone(), field.data_type().to_string(), null.to_owned()]);
    }
    table.render(terminal_width()).into_iter().map(|line| format!("  {line}")).collect()
}
