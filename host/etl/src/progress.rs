//! Progress of a run on standard error: a bar in a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use witdock::text;

/// Shows the progress of a run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reporter(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Bar(Mutex<Bar>),
    Lines(Mutex<PlainLines>),
}

#[derive(Debug)]
struct Bar {
    /// The progress of the current run.
    bar: ProgressBar,
    /// A plugin's build. It is shown only between runs.
    building: ProgressBar,
    runs: bool,
    begun: Instant,
}

impl Bar {
    fn shown(&self) -> &ProgressBar {
        if self.runs { &self.bar } else { &self.building }
    }
}

#[derive(Debug)]
struct PlainLines {
    begun: Instant,
    told: Instant,
    bytes: u64,
}

/// How often a line is written if there is no bar.
const LINE_EVERY: Duration = Duration::from_secs(5);

impl Reporter {
    /// Shows a bar if standard error is a terminal, and lines otherwise.
    pub fn new() -> Self {
        if io::stderr().is_terminal() { Self::bar() } else { Self::lines() }
    }

    /// Shows lines, even if standard error is a terminal.
    pub fn lines() -> Self {
        let now = Instant::now();
        Self(Arc::new(Kind::Lines(Mutex::new(PlainLines { begun: now, told: now, bytes: 0 }))))
    }

    fn bar() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let template = "{spinner} {bar:16} {bytes}/{total_bytes}  {msg}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        let building = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg:.dim}") {
            building.set_style(style);
        }
        Self(Arc::new(Kind::Bar(Mutex::new(Bar { bar, building, runs: false, begun: Instant::now() }))))
    }

    /// Shows that a plugin is being built, with the last line of the build's output.
    pub fn building(&self, line: &str) {
        if let Kind::Bar(bar) = &*self.0 {
            let bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
            if bar.runs {
                return;
            }
            bar.building.set_draw_target(ProgressDrawTarget::stderr());
            bar.building.enable_steady_tick(Duration::from_millis(100));
            bar.building.set_message(text::line(line.trim()).to_string());
        }
    }

    /// Ends the display of a build.
    pub fn built(&self) {
        if let Kind::Bar(bar) = &*self.0 {
            let bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
            bar.building.disable_steady_tick();
            bar.building.set_message("");
            bar.building.finish_and_clear();
            bar.building.set_draw_target(ProgressDrawTarget::hidden());
            bar.building.reset();
        }
    }

    /// Writes a message above the bar. It may quote plugins, rows and files: a terminal does not obey what they have in them.
    pub fn message(&self, message: &str) {
        self.write(format!("{}\n", text::block(message)).as_bytes());
    }

    /// Writes to standard error and redraws the bar.
    pub fn write(&self, text: &[u8]) {
        let put = || {
            // A closed standard error must not end a run.
            let _ = io::stderr().write_all(text);
        };
        match &*self.0 {
            Kind::Bar(bar) => {
                let bar = bar.lock().unwrap_or_else(PoisonError::into_inner).shown().clone();
                bar.suspend(put);
            }
            Kind::Lines(_) => put(),
        }
    }

    /// Starts the display of a run over an input of this many bytes.
    pub fn begin(&self, bytes: u64) {
        self.built();
        match &*self.0 {
            Kind::Bar(bar) => {
                let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
                bar.runs = true;
                bar.begun = Instant::now();
                bar.bar.reset();
                bar.bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.bar.set_length(bytes);
            }
            Kind::Lines(lines) => {
                let now = Instant::now();
                *lines.lock().unwrap_or_else(PoisonError::into_inner) =
                    PlainLines { begun: now, told: now, bytes };
            }
        }
    }

    /// Updates the rows and bytes that have been read. `shares` are the stages' shares of the time, as text.
    pub fn advance(&self, rows: u64, bytes_read: u64, shares: impl FnOnce() -> String) {
        match &*self.0 {
            Kind::Bar(bar) => {
                let bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
                let shares = shares();
                let gap = if shares.is_empty() { "" } else { "  " };
                bar.bar.set_message(format!("{}{gap}{shares}", speed(rows, bar.begun.elapsed())));
                bar.bar.set_position(bytes_read);
            }
            Kind::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.told.elapsed() >= LINE_EVERY {
                    lines.told = Instant::now();
                    let percent = (bytes_read * 100).checked_div(lines.bytes).unwrap_or(100);
                    eprintln!("{percent:>3} %  {}  {}", speed(rows, lines.begun.elapsed()), shares());
                }
            }
        }
    }

    /// Ends the display of a run, and removes the bar.
    pub fn end(&self) {
        if let Kind::Bar(bar) = &*self.0 {
            let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
            bar.runs = false;
            bar.bar.finish_and_clear();
            bar.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }
}

impl Default for Reporter {
    fn default() -> Self {
        Self::new()
    }
}

/// "1,234,567 rows, 98,765 rows/s".
fn speed(rows: u64, elapsed: Duration) -> String {
    format!("{}, {} rows/s", counted(rows, "row"), number(rate(rows, elapsed)))
}

/// Rows per second.
pub fn rate(rows: u64, elapsed: Duration) -> u64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 { (rows as f64 / seconds) as u64 } else { 0 }
}

/// A number with separated thousands: `1,234,567`.
pub fn number(value: u64) -> String {
    HumanCount(value).to_string()
}

/// A number of things: `1 row`, `1,234 rows`. The noun gets an `s` where there is not one of it.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A duration with the unit and precision that fit it: `2 min 05 s`, `1.20 s`, `3.4 ms`.
pub fn duration(value: Duration) -> String {
    match value.as_secs_f64() {
        seconds if seconds >= 60.0 => format!("{} min {:02} s", value.as_secs() / 60, value.as_secs() % 60),
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds => format!("{:.1} ms", seconds * 1e3),
    }
}
