//! The numbers of a run, for people and as JSON.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::figures::{RunFigures, Tally};
use crate::metrics::Metrics;
use crate::pipeline::{Pipeline, SinkMode};
use crate::progress::{counted, duration, number, rate};
use crate::stage::Stage;
use crate::table::{Align, Table};

/// What a run did.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The pipeline file.
    pub pipeline: PathBuf,
    /// Records of the source, including those that were no rows.
    pub rows_read: u64,
    /// Bytes of the source.
    pub bytes_read: u64,
    /// Rows in each sink.
    pub rows_out: u64,
    /// Rows rejected, by the source and by stages.
    pub rejected: u64,
    /// Rows that stages filtered out.
    pub dropped: u64,
    /// Rows that stages held back or aggregated.
    pub absorbed: u64,
    /// Rows that stages made or repeated.
    pub made: u64,
    /// Commits, including those of the interrupted run that this one continued.
    pub commits: u64,
    /// Whether the run continued an interrupted one. Then all numbers are those of both.
    pub resumed: bool,
    /// Time from opening the source to the last commit.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub elapsed: Duration,
    /// The stages, in order.
    pub stages: Vec<StageSummary>,
    /// The targets that got the result.
    pub sinks: Vec<SinkSummary>,
    /// The file that got the rejected rows.
    pub rejected_path: PathBuf,
    /// Rejected rows by stage and code.
    pub rejected_codes: Vec<CodeSummary>,
    /// Files that got the rows of side outputs.
    pub side_outputs: Vec<SideSummary>,
}

/// What a stage did.
#[derive(Debug, Clone, Serialize)]
pub struct StageSummary {
    /// The stage's name.
    pub name: String,
    /// The plugin's name, if the stage has one.
    pub plugin: Option<String>,
    /// The plugin's generation at the end of the run.
    pub generation: Option<u64>,
    /// The SHA-256 of the plugin's component.
    pub sha256: Option<String>,
    /// The names of the steps of a stage without a plugin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<&'static str>,
    /// Where rows went.
    pub rows: Tally,
    /// Batches that went in.
    pub batches: u64,
    /// Rows that made the plugin fail and were rejected.
    pub failures: u64,
    /// Time in the stage, including the transfer of batches to a plugin.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub busy: Duration,
    /// The largest amount of memory that an instance of the plugin had, in bytes.
    pub memory_peak_bytes: Option<usize>,
    /// What the plugin reported.
    pub metrics: Metrics,
}

/// A target that got the result.
#[derive(Debug, Clone, Serialize)]
pub struct SinkSummary {
    /// The format, as the pipeline names it.
    pub format: &'static str,
    /// A path, or a table and its database.
    pub target: String,
    /// What happened to the rows that the target had before.
    pub mode: SinkMode,
}

/// Rejected rows of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct CodeSummary {
    /// The stage, or `source`.
    pub stage: String,
    /// The code that the stage gave as reason.
    pub code: String,
    /// The number of rows.
    pub rows: u64,
}

/// Rows of a side output.
#[derive(Debug, Clone, Serialize)]
pub struct SideSummary {
    /// The stage's name.
    pub stage: String,
    /// The output's name.
    pub output: String,
    /// The file with the rows.
    pub path: PathBuf,
    /// The number of rows.
    pub rows: u64,
}

fn seconds<S: serde::Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(value.as_secs_f64())
}

impl Summary {
    pub(crate) fn new(pipeline: &Pipeline, stages: &[Stage], figures: RunFigures) -> Self {
        let sum = |part: fn(&Tally) -> u64| figures.stages.iter().map(|stage| part(&stage.tally)).sum();
        let stages = stages.iter().zip(&figures.stages).map(|(stage, figures)| StageSummary {
            name: stage.name().to_owned(),
            plugin: stage.plugin().map(|plugin| plugin.name().to_owned()),
            generation: stage.plugin().map(|plugin| plugin.generation()),
            sha256: stage.plugin().map(|plugin| plugin.digest().to_string()),
            steps: stage.steps(),
            rows: figures.tally,
            batches: figures.batches,
            failures: figures.failures,
            busy: figures.busy,
            memory_peak_bytes: stage.plugin().map(|plugin| plugin.statistics().kept.memory_peak_bytes),
            metrics: figures.metrics.clone(),
        });
        let sinks = pipeline.sinks.iter().map(|sink| SinkSummary {
            format: sink.format().name(),
            target: sink.name(),
            mode: sink.mode,
        });
        let codes = figures.totals.side.codes.iter().map(|((stage, code), rows)| CodeSummary {
            stage: stage.clone(),
            code: code.clone(),
            rows: *rows,
        });
        let side_outputs = pipeline.stages.iter().flat_map(|stage| {
            stage.outputs().map(|(output, path)| {
                let rows = figures.totals.side.outputs.get(&(stage.name.clone(), output.clone()));
                SideSummary {
                    stage: stage.name.clone(),
                    output: output.clone(),
                    path: path.clone(),
                    rows: rows.copied().unwrap_or_default(),
                }
            })
        });
        Self {
            pipeline: pipeline.path.clone(),
            rows_read: figures.totals.rows_read,
            bytes_read: figures.totals.bytes_read,
            rows_out: figures.totals.rows_out,
            rejected: figures.totals.side.rejected,
            dropped: sum(|tally| tally.dropped),
            absorbed: sum(|tally| tally.absorbed),
            made: sum(|tally| tally.made + tally.repeated),
            commits: figures.commits,
            resumed: figures.resumed,
            elapsed: figures.elapsed,
            stages: stages.collect(),
            sinks: sinks.collect(),
            rejected_path: pipeline.rejected.path.clone(),
            rejected_codes: codes.collect(),
            side_outputs: side_outputs.collect(),
        }
    }

    /// The summary as lines of text. Tables are at most `width` columns wide.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = self.stage_lines(width);
        lines.extend(self.metric_lines(width));
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(self.balance_line());
        for sink in &self.sinks {
            lines.push(format!("wrote {} ({}, {})", sink.target, counted(self.rows_out, "row"), sink.format));
        }
        for side in &self.side_outputs {
            lines.push(format!(
                "wrote {} ({}, side output `{}` of {})",
                side.path.display(),
                counted(side.rows, "row"),
                side.output,
                side.stage
            ));
        }
        if self.rejected > 0 {
            let mut codes: Vec<_> = self.rejected_codes.iter().collect();
            codes.sort_by_key(|code| std::cmp::Reverse(code.rows));
            let shown = codes
                .iter()
                .take(5)
                .map(|code| format!("{} {} ({})", number(code.rows), code.code, code.stage));
            let mut shown: Vec<_> = shown.collect();
            if codes.len() > shown.len() {
                shown.push(counted((codes.len() - shown.len()) as u64, "more kind"));
            }
            lines.push(format!(
                "rejected rows are in {}: {}",
                self.rejected_path.display(),
                shown.join(", ")
            ));
        }
        lines
    }

    /// "1,000 rows read = 990 out + 4 rejected + 6 dropped, in 1.20 s (833 rows/s)".
    fn balance_line(&self) -> String {
        let mut line = format!("{} read", counted(self.rows_read, "row"));
        if self.made > 0 {
            line.push_str(&format!(" + {} made", number(self.made)));
        }
        line.push_str(&format!(
            " = {} out + {} rejected + {} dropped",
            number(self.rows_out),
            number(self.rejected),
            number(self.dropped)
        ));
        if self.absorbed > 0 {
            line.push_str(&format!(" + {} absorbed", number(self.absorbed)));
        }
        let speed = rate(self.rows_read, self.elapsed);
        line.push_str(&format!(", in {} ({} rows/s)", duration(self.elapsed), number(speed)));
        line
    }

    fn stage_lines(&self, width: usize) -> Vec<String> {
        if self.stages.is_empty() {
            return Vec::new();
        }
        let absorbed = self.absorbed > 0;
        let made = self.made > 0;
        let columns = [
            ("stage", Align::Left, true),
            ("rows in", Align::Right, true),
            ("rows out", Align::Right, true),
            ("rejected", Align::Right, true),
            ("dropped", Align::Right, true),
            ("absorbed", Align::Right, absorbed),
            ("made", Align::Right, made),
            ("time", Align::Right, true),
            ("rows/s", Align::Right, true),
            ("share", Align::Right, true),
            ("memory", Align::Right, true),
            ("generation", Align::Right, true),
        ];
        let shown = |cells: [String; 12]| {
            let kept = cells.into_iter().zip(columns).filter(|(_, (_, _, shown))| *shown);
            kept.map(|(cell, _)| cell).collect::<Vec<_>>()
        };
        let mut table = Table::new(
            columns.into_iter().filter(|(_, _, shown)| *shown).map(|(name, align, _)| (name, align)),
        );
        let all: Duration = self.stages.iter().map(|stage| stage.busy).sum();
        for stage in &self.stages {
            let share = stage.busy.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE);
            table.row(shown([
                stage.name.clone(),
                number(stage.rows.rows_in),
                number(stage.rows.rows_out),
                number(stage.rows.rejected),
                number(stage.rows.dropped),
                number(stage.rows.absorbed),
                number(stage.rows.made + stage.rows.repeated),
                duration(stage.busy),
                number(rate(stage.rows.rows_in, stage.busy)),
                format!("{:.0} %", share * 100.0),
                stage.memory_peak_bytes.map_or_else(String::new, mebibytes),
                stage.generation.map_or_else(String::new, |generation| generation.to_string()),
            ]));
        }
        table.render(width)
    }

    fn metric_lines(&self, width: usize) -> Vec<String> {
        let mut table = Table::new([
            ("stage", Align::Left),
            ("metric", Align::Left),
            ("value", Align::Right),
            ("", Align::Left),
        ]);
        let mut any = false;
        for stage in &self.stages {
            for (name, value, note) in metric_cells(&stage.metrics) {
                any = true;
                table.row([stage.name.clone(), name, value, note]);
            }
        }
        if any { [String::new()].into_iter().chain(table.render(width)).collect() } else { Vec::new() }
    }
}

/// Name, value and a note.
fn metric_cells(metrics: &Metrics) -> Vec<(String, String, String)> {
    let counters = metrics.counters.iter().map(|(name, sum)| (name.clone(), number(*sum), String::new()));
    let gauges =
        metrics.gauges.iter().map(|(name, value)| (name.clone(), float(*value), "last value".to_owned()));
    let observations = metrics.observations.iter().map(|(name, seen)| {
        let note = format!("mean of {}, {} to {}", number(seen.count), float(seen.min), float(seen.max));
        (name.clone(), float(seen.mean()), note)
    });
    let refused = (metrics.refused > 0).then(|| {
        (
            "(refused)".to_owned(),
            number(metrics.refused),
            "the name is too long, or there are too many names".to_owned(),
        )
    });
    counters.chain(gauges).chain(observations).chain(refused).collect()
}

fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn float(value: f64) -> String {
    format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}
