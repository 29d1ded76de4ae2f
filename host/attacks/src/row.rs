//! The rows of the table, as the sources have them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// An attack with the test that makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The file of the test, from the root of the repository.
    pub file: PathBuf,
    /// The line of the comment.
    pub line: usize,
    /// What is attacked, and how.
    pub attack: String,
    /// What the host does.
    pub host: String,
    /// The function.
    pub test: String,
}

/// All rows, by their files.
///
/// # Errors
///
/// When a file cannot be read, or a comment is incomplete.
pub fn rows(root: &Path) -> anyhow::Result<Vec<Row>> {
    let mut files = Vec::new();
    for package in std::fs::read_dir(root.join("host"))? {
        let package = package?.path();
        for folder in ["src", "tests"] {
            collect(&package.join(folder), &mut files)?;
        }
    }
    let mut rows = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let file = file.strip_prefix(root)?.to_owned();
        read(&file, &text, &mut rows).with_context(|| file.display().to_string())?;
    }
    rows.sort();
    Ok(rows)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// A comment that is being read: its attack, and what the host does.
#[derive(Default)]
struct Comment {
    line: usize,
    attack: String,
    host: Option<String>,
}

fn read(file: &Path, text: &str, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let mut waiting: Vec<Comment> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some(attack) = line.strip_prefix("// attack: ") {
            waiting.push(Comment { line: number, attack: attack.to_owned(), host: None });
        } else if let Some(comment) = waiting.last_mut() {
            if let Some(host) = line.strip_prefix("// host: ") {
                comment.host = Some(host.to_owned());
            } else if let Some(more) = line.strip_prefix("// ") {
                let last = comment.host.as_mut().unwrap_or(&mut comment.attack);
                last.push(' ');
                last.push_str(more);
            } else if let Some((_, rest)) = line.split_once("fn ") {
                let test = rest.split(['(', '<']).next().unwrap_or_default();
                for Comment { line, attack, host } in waiting.drain(..) {
                    let Some(host) = host else { bail!("line {line}: there is no `// host:`") };
                    rows.push(Row { file: file.to_owned(), line, attack, host, test: test.to_owned() });
                }
            }
        }
    }
    match waiting.first() {
        Some(comment) => bail!("line {}: no test follows", comment.line),
        None => Ok(()),
    }
}
