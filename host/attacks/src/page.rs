//! The page with the table.

use std::path::Path;

use anyhow::Context;

use crate::{Observations, Row};

/// The page, from the root of the repository.
pub const PAGE: &str = "docs/security.md";
const BEGIN: &str = "<!-- attacks: written by `cargo run -p witdock-attacks` -->\n";
const END: &str = "<!-- end of attacks -->\n";
const HEAD: &str = "| attack | the host | observed | test |\n|---|---|---|---|\n";

/// The page, cut at its table.
#[derive(Debug)]
pub struct Page {
    before: String,
    table: String,
    after: String,
}

impl Page {
    /// Reads the page.
    ///
    /// # Errors
    ///
    /// When it cannot be read or has no place for the table.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(root.join(PAGE))?;
        let (before, rest) =
            text.split_once(BEGIN).with_context(|| format!("{PAGE} has no table of attacks"))?;
        let (table, after) =
            rest.split_once(END).with_context(|| format!("the table in {PAGE} has no end"))?;
        Ok(Self { before: before.to_owned(), table: table.to_owned(), after: after.to_owned() })
    }

    /// Writes the page with a new table.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, root: &Path, rows: &[Row], observations: &Observations) -> std::io::Result<()> {
        let Self { before, after, .. } = self;
        let lines: String = rows.iter().map(|row| line(row, observations.of(&row.test)) + "\n").collect();
        std::fs::write(root.join(PAGE), format!("{before}{BEGIN}{HEAD}{lines}{END}{after}"))
    }

    /// The lines that are on the page and in no source, and the rows of the sources that are not on the page. What was observed may be anything but
    /// nothing.
    pub fn differences(&self, rows: &[Row]) -> Vec<String> {
        let shown: Vec<String> =
            self.table.lines().skip(HEAD.lines().count()).map(without_observation).collect();
        let wanted: Vec<String> = rows.iter().map(|row| without_observation(&line(row, "held"))).collect();
        let stale = shown.iter().filter(|line| !wanted.contains(line)).map(|line| format!("stale: {line}"));
        let missing =
            wanted.iter().filter(|line| !shown.contains(line)).map(|line| format!("missing: {line}"));
        stale.chain(missing).collect()
    }
}

fn line(row: &Row, observed: &str) -> String {
    let Row { file, attack, host, test, .. } = row;
    let file = file.strip_prefix("host").unwrap_or(file).display();
    format!("| {attack} | {host} | {observed} | `{file}`: `{test}` |")
}

fn without_observation(line: &str) -> String {
    let mut cells: Vec<&str> = line.split(" | ").collect();
    if let Some(observed) = cells.get_mut(2).filter(|cell| !cell.trim().is_empty()) {
        *observed = "…";
    }
    cells.join(" | ")
}
