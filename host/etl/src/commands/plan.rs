//! `witdock-etl validate` and `witdock-etl plan`.

use std::process::ExitCode;
use std::sync::Arc;

use arrow_schema::Schema;
use serde_json::{Value, json};
use witdock::grants::Granted;
use witdock::text;
use witdock_etl::engine::Engine;
use witdock_etl::pipeline::{Order, SourceKind, StageConfig};
use witdock_etl::progress::{Reporter, counted};
use witdock_etl::stage::Stage;
use witdock_etl::table::{Align, Table};

use super::run::{print, print_exactly, terminal_width};
use crate::arguments::PlanArguments;

/// Loads everything that a run needs, without running it.
pub(crate) async fn validate(arguments: PlanArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open(&arguments.pipeline)?;
    let mut engine = Engine::load(pipeline, reporter).await?;
    let (source, stages) = engine.columns().await?;
    let last = stages.last().map_or(source, |stage| Arc::clone(&stage.schema));
    let line = if arguments.json {
        json!({ "valid": true, "stages": stages.len(), "columns": last.fields().len() }).to_string()
    } else {
        let count = |count: usize, noun| counted(count as u64, noun);
        format!(
            "{} is valid: {}, {} into {} (`plan` shows them)",
            text::path(&arguments.pipeline),
            count(stages.len(), "stage"),
            count(last.fields().len(), "column"),
            count(engine.pipeline().sinks.len(), "sink")
        )
    };
    print_exactly(&[line])?;
    Ok(ExitCode::SUCCESS)
}

/// Shows the stages with the columns between them.
pub(crate) async fn plan(arguments: PlanArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open(&arguments.pipeline)?;
    let mut engine = Engine::load(pipeline, reporter).await?;
    let (source, stages) = engine.columns().await?;
    let pipeline = engine.pipeline();
    if arguments.json {
        let stages = engine.stages().iter().zip(&stages).map(|(stage, shape)| {
            let plugin = stage.plugin();
            json!({
                "name": stage.name(),
                "plugin": plugin.map(|plugin| plugin.name().to_owned()),
                "sha256": plugin.map(|plugin| plugin.digest().to_string()),
                "granted": plugin.map(|plugin| plugin.granted().capabilities().map(ToString::to_string).collect::<Vec<_>>()),
                "keeps_state": plugin.is_some_and(|plugin| plugin.keeps_state()),
                "steps": stage.steps(),
                "columns_read": shape.read,
                "columns_made": shape.made,
                "columns": columns(&shape.schema),
            })
        });
        let sinks = pipeline
            .sinks
            .iter()
            .map(|sink| json!({ "format": sink.format().name(), "target": sink.name(), "mode": sink.mode }));
        let plan = json!({
            "source": { "name": pipeline.source.name(), "columns": columns(&source) },
            "stages": stages.collect::<Vec<_>>(),
            "sinks": sinks.collect::<Vec<_>>(),
        });
        print_exactly(&[plan.to_string()])?;
        return Ok(ExitCode::SUCCESS);
    }
    let units = match &pipeline.source.kind {
        SourceKind::Files(files) if files.watch => "each file a unit of work, watched for more",
        SourceKind::Files(_) => "each file a unit of work",
        SourceKind::Query(query) if query.key.is_some() => "each range of its key a unit of work",
        SourceKind::Query(_) => "one unit of work",
        SourceKind::Plugin(_) => "a plugin, which defines the units of work",
    };
    let mut lines = vec![format!("source {} ({units})", pipeline.source.name())];
    lines.extend(schema_lines(&source));
    for ((stage, config), shape) in engine.stages().iter().zip(&pipeline.stages).zip(&stages) {
        lines.push(String::new());
        lines.push(format!(
            "stage {} ({}): reads {} of the columns, makes {}",
            stage.name(),
            what(stage, config),
            shape.read,
            shape.made
        ));
        lines.extend(stage.plugin().map(|plugin| granted_line(&plugin.granted())));
        lines.extend(schema_lines(&shape.schema));
    }
    lines.push(String::new());
    for sink in &pipeline.sinks {
        let mode = serde_json::to_value(sink.mode)?;
        lines.push(format!(
            "sink {} ({}, {})",
            sink.name(),
            sink.format().name(),
            mode.as_str().unwrap_or_default()
        ));
    }
    lines.push(format!("rejected rows {}", pipeline.rejected.path.display()));
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}

/// What a plugin is granted, but for the services that every plugin of a pipeline has.
fn granted_line(granted: &Granted) -> String {
    let granted: Vec<String> = granted.capabilities().map(ToString::to_string).collect();
    match granted.is_empty() {
        true => "  granted nothing".to_owned(),
        false => format!("  granted {}", granted.join(", ")),
    }
}

/// What a stage is: its steps, or its plugin.
fn what(stage: &Stage, config: &StageConfig) -> String {
    let Some((plugin, config)) = stage.plugin().zip(config.plugin()) else { return stage.steps().join(", ") };
    let state = if plugin.keeps_state() { ", keeps state" } else { "" };
    let instances = match (config.instances, config.order) {
        (1, _) => String::new(),
        (count, Order::Kept) => format!(", {count} instances, order kept"),
        (count, Order::Any) => format!(", {count} instances, in any order"),
    };
    format!("{}, sha256 {}{state}{instances}", plugin.name(), plugin.digest().short())
}

fn columns(schema: &Schema) -> Value {
    schema
        .fields()
        .iter()
        .map(|field| json!({ "name": field.name(), "type": field.data_type().to_string(), "nullable": field.is_nullable() }))
        .collect()
}

fn schema_lines(schema: &Schema) -> Vec<String> {
    let mut table = Table::new([("column", Align::Left), ("type", Align::Left), ("", Align::Left)]);
    for field in schema.fields() {
        let null = if field.is_nullable() { "nullable" } else { "" };
        table.row([field.name().clone(), field.data_type().to_string(), null.to_owned()]);
    }
    table.render(terminal_width()).into_iter().map(|line| format!("  {line}")).collect()
}
