//! What a person lets plugins do: asked once, remembered, and asked again only for what is new.
//!
//! What a plugin merely shows needs no answer, nor does where the cursor is; what reads or changes a text, the clipboard or
//! files does, and so does everything outside the editor.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use witdock::{Access, Policy, Wanted};

use super::host::lock;

/// Where the folder that is worked in is, for plugins that ask for it.
const WORKSPACE: &str = "/workspace";
/// What needs no answer.
const SILENT: &[&str] = &[
    "import witdock:editor/decorations",
    "import witdock:editor/messages",
    "import witdock:editor/panels",
    "import witdock:editor/prompts",
    "import witdock:editor/selections",
    "import witdock:editor/settings",
    "import witdock:editor/status-line",
    "import witdock:editor/timers",
    "import witdock:editor/viewport",
];

/// What a person has answered.
#[derive(Debug)]
pub struct Consent {
    /// Where it is remembered; none to forget it with the editor.
    file: Option<PathBuf>,
    /// Whether nobody is asked: everything is granted.
    grants_all: bool,
    /// By the plugins' paths.
    answers: Mutex<BTreeMap<String, Answers>>,
}

/// What was answered about one plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// What it may, by the names that [`Wanted::items`] gives.
    pub allowed: BTreeSet<String>,
    /// Whether it is not to be loaded.
    pub disabled: bool,
}

/// A question to a person: what a plugin asks for that it has no answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The plugin.
    pub plugin: super::PluginId,
    /// Its name.
    pub name: String,
    /// What it asks for, by the names that are remembered.
    pub items: Vec<String>,
    /// Whether it was allowed other things before, so that this is only what is new.
    pub is_update: bool,
}

impl Ask {
    /// What it asks for, in plain words.
    pub fn words(&self) -> Vec<String> {
        self.items.iter().map(|item| in_words(item)).collect()
    }
}

/// A thing that is asked for, in plain words that go on from "it wants to".
pub(super) fn in_words(item: &str) -> String {
    let (kind, what) = item.split_once(' ').unwrap_or((item, ""));
    match (kind, what.strip_prefix("witdock:editor/").unwrap_or(what)) {
        ("import", "documents") => "read and change the text of open documents".to_owned(),
        ("import", "workspace") => "read the files of the folder that you work in".to_owned(),
        ("import", "clipboard") => "read what you have copied, and copy".to_owned(),
        ("import", "jobs") => "run commands, the editor's and other plugins'".to_owned(),
        ("import", other) => format!("use {other}"),
        ("folder", other) => format!("reach the folder {other}"),
        ("env", name) => format!("know the environment variable {name}"),
        ("network", host) => format!("connect to {host}"),
        ("clocks", _) => "know the time".to_owned(),
        ("random", _) => "have random numbers".to_owned(),
        ("stdio", _) => "write to its log by standard output".to_owned(),
        _ => item.to_owned(),
    }
}

impl Consent {
    /// Everything is granted, nobody is asked, and nothing is remembered.
    pub fn to_all() -> Self {
        Self { file: None, grants_all: true, answers: Mutex::default() }
    }

    /// What this file remembers. One that cannot be read counts as empty and is left alone: nothing is remembered then, and
    /// why comes with it.
    pub fn remembered(file: &Path) -> (Self, Option<String>) {
        let read = match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let place = error.span().map_or(0, |span| span.start);
                let what =
                    format!("{}; mend or remove it, until then no answer is remembered", error.message());
                crate::config::Problem::at(file, &text, place, what).to_string()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(format!("{}: {error}", file.display())),
        };
        let (answers, problem) = match read {
            Ok(answers) => (answers, None),
            Err(problem) => (BTreeMap::new(), Some(problem)),
        };
        let file = problem.is_none().then(|| file.to_owned());
        (Self { file, grants_all: false, answers: Mutex::new(answers) }, problem)
    }

    /// What was answered about a plugin.
    pub fn answers(&self, path: &Path) -> Answers {
        lock(&self.answers).get(&key(path)).cloned().unwrap_or_default()
    }

    /// Changes what was answered about a plugin, and remembers it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. The answer counts all the same, until the editor ends.
    pub fn answer(&self, path: &Path, change: impl FnOnce(&mut Answers)) -> std::io::Result<()> {
        let text = {
            let mut answers = lock(&self.answers);
            change(answers.entry(key(path)).or_default());
            toml::to_string(&*answers).map_err(std::io::Error::other)?
        };
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut written = tempfile::NamedTempFile::new_in(folder)?;
        written.write_all(b"# What plugins of witdock-edit may, by their paths.\n")?;
        written.write_all(text.as_bytes())?;
        written.as_file().sync_all()?;
        written.persist(file).map_err(|error| error.error)?;
        Ok(())
    }

    /// What a candidate is granted, and what of it nobody has answered yet.
    pub(super) fn policy(&self, path: &Path, wanted: &Wanted, workspace: &Path) -> (Policy, Vec<String>) {
        let allowed = self.answers(path).allowed;
        let is_granted = |item: &str| self.grants_all || SILENT.contains(&item) || allowed.contains(item);
        let (granted, open): (Vec<String>, Vec<String>) =
            wanted.items().into_iter().partition(|item| is_granted(item));
        let mut policy = Policy::new();
        for item in granted {
            let (kind, what) = item.split_once(' ').unwrap_or((&item, ""));
            policy = match kind {
                "import" => policy.import(what),
                "env" => policy.env(what, std::env::var(what).unwrap_or_default()),
                "network" => policy.network(what),
                "clocks" => policy.clocks(),
                "random" => policy.random(),
                "stdio" => policy.stdio(),
                // Of folders there is one to be had.
                "folder" => match what.split_once(' ') {
                    Some((WORKSPACE, access)) => {
                        let may_write = access == Access::ReadWrite.to_string();
                        let access = if may_write { Access::ReadWrite } else { Access::ReadOnly };
                        policy.folder(WORKSPACE, workspace, access)
                    }
                    _ => policy,
                },
                _ => policy,
            };
        }
        (policy, open)
    }
}

fn key(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock::grants::Request;

    fn wanted(imports: &[&str]) -> Wanted {
        let imports = imports.iter().map(|name| format!("witdock:editor/{name}@0.1.0")).collect();
        Wanted { plugin: "p".into(), request: Request { clocks: true, ..Request::default() }, imports }
    }

    #[test]
    fn an_answer_is_remembered_and_only_what_is_new_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let (file, plugin) = (folder.path().join("state/grants.toml"), folder.path().join("plugin"));
        let (consent, problem) = Consent::remembered(&file);
        assert_eq!(problem, None);
        let open =
            |consent: &Consent, imports: &[&str]| consent.policy(&plugin, &wanted(imports), folder.path()).1;
        assert_eq!(open(&consent, &["documents", "panels"]), ["clocks", "import witdock:editor/documents"]);
        let items = ["clocks".to_owned(), "import witdock:editor/documents".to_owned()];
        consent.answer(&plugin, |answers| answers.allowed.extend(items)).unwrap();

        let (again, _) = Consent::remembered(&file);
        assert_eq!(open(&again, &["documents", "panels"]), [""; 0]);
        assert_eq!(open(&again, &["documents", "jobs"]), ["import witdock:editor/jobs"]);
        assert_eq!(open(&Consent::to_all(), &["jobs"]), [""; 0]);
    }

    #[test]
    fn a_broken_file_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grants.toml");
        std::fs::write(&file, "[\"/a\"]\nalowed = []\n").unwrap();
        let (consent, problem) = Consent::remembered(&file);
        assert!(problem.unwrap().contains("grants.toml:2: unknown field `alowed`"));
        consent.answer(folder.path(), |answers| answers.disabled = true).unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("alowed"));
    }
}
