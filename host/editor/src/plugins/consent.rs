//! What a person lets plugins do: asked once, remembered, and asked again only for what is new.
//!
//! What a plugin merely shows needs no answer, nor does where the cursor is; what reads or changes a text, the clipboard or
//! files does, and so does everything outside the editor.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Deserializer, Serialize};
use witdock::{Capability, Policy, Requested};

use super::host::lock;

/// Where the folder that is worked in is, for plugins that ask for it.
const WORKSPACE: &str = "/workspace";
/// Interfaces that need no answer.
const SILENT: &[&str] = &[
    "witdock:editor/decorations",
    "witdock:editor/messages",
    "witdock:editor/panels",
    "witdock:editor/prompts",
    "witdock:editor/selections",
    "witdock:editor/settings",
    "witdock:editor/status-line",
    "witdock:editor/timers",
    "witdock:editor/viewport",
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
    /// What it may. In the file each is a line as [`Capability`] is written, without the version of an import. A line that
    /// is no capability allows nothing, and the plugin asks again.
    #[serde(deserialize_with = "capabilities")]
    pub allowed: BTreeSet<Capability>,
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
    /// What it asks for, without the versions of imports: a new version is not asked for anew.
    pub capabilities: BTreeSet<Capability>,
    /// Whether it was allowed other things before, so that this is only what is new.
    pub is_update: bool,
}

impl Ask {
    /// What it asks for, in plain words.
    pub fn words(&self) -> Vec<String> {
        self.capabilities.iter().map(in_words).collect()
    }
}

fn capabilities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Capability>, D::Error> {
    let lines = Vec::<String>::deserialize(deserializer)?;
    Ok(lines.iter().filter_map(|line| line.parse().ok()).collect())
}

/// A thing that is asked for, in plain words that go on from "it wants to".
pub(super) fn in_words(capability: &Capability) -> String {
    match capability {
        Capability::Import(name) => {
            match name.path().strip_prefix("witdock:editor/").unwrap_or(name.path()) {
                "documents" => "read and change the text of open documents".to_owned(),
                "workspace" => "read the files of the folder that you work in".to_owned(),
                "clipboard" => "read what you have copied, and copy".to_owned(),
                "jobs" => "run commands, the editor's and other plugins'".to_owned(),
                other => format!("use {other}"),
            }
        }
        Capability::Folder { path, access } => format!("reach the folder {path} {access}"),
        Capability::Env(name) => format!("know the environment variable {name}"),
        Capability::Network(host) => format!("connect to {host}"),
        Capability::Clocks => "know the time".to_owned(),
        Capability::Random => "have random numbers".to_owned(),
        Capability::Stdio => "write to its log by standard output".to_owned(),
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
    pub(super) fn policy(
        &self,
        path: &Path,
        requested: &Requested,
        workspace: &Path,
    ) -> (Policy, BTreeSet<Capability>) {
        let allowed = self.answers(path).allowed;
        let is_granted = |capability: &Capability| {
            self.grants_all
                || is_silent(capability)
                || allowed.iter().any(|allowed| allowed.covers(capability))
        };
        let (granted, open): (Vec<_>, Vec<_>) =
            requested.capabilities.iter().map(Capability::without_version).partition(is_granted);
        let policy = granted.into_iter().fold(Policy::new(), |policy, capability| match capability {
            Capability::Env(name) => {
                let value = std::env::var(&name).unwrap_or_default();
                policy.env(name, value)
            }
            // Of folders there is one to be had.
            Capability::Folder { path, access } if path == WORKSPACE => {
                policy.folder(path, workspace, access)
            }
            Capability::Folder { .. } => policy,
            other => policy.allow(other),
        });
        (policy, open.into_iter().collect())
    }
}

/// Whether it needs no answer.
fn is_silent(capability: &Capability) -> bool {
    matches!(capability, Capability::Import(name) if SILENT.contains(&name.path()))
}

fn key(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability(text: &str) -> Capability {
        text.parse().unwrap()
    }

    fn requested(imports: &[&str]) -> Requested {
        let imports = imports.iter().map(|name| capability(&format!("import witdock:editor/{name}@0.1.0")));
        let capabilities = imports.chain([Capability::Clocks]).collect();
        Requested { plugin: "p".into(), capabilities, undeclared: BTreeSet::new() }
    }

    fn open(consent: &Consent, plugin: &Path, requested: &Requested) -> Vec<String> {
        let open = consent.policy(plugin, requested, Path::new("/work")).1;
        open.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_answer_is_remembered_and_only_what_is_new_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let (file, plugin) = (folder.path().join("state/grants.toml"), folder.path().join("plugin"));
        let (consent, problem) = Consent::remembered(&file);
        assert_eq!(problem, None);
        let open = |consent: &Consent, imports: &[&str]| open(consent, &plugin, &requested(imports));
        assert_eq!(open(&consent, &["documents", "panels"]), ["clocks", "import witdock:editor/documents"]);
        let allowed = ["clocks", "import witdock:editor/documents"].map(capability);
        consent.answer(&plugin, |answers| answers.allowed.extend(allowed)).unwrap();

        let (again, _) = Consent::remembered(&file);
        assert_eq!(open(&again, &["documents", "panels"]), [""; 0]);
        assert_eq!(open(&again, &["documents", "jobs"]), ["import witdock:editor/jobs"]);
        assert_eq!(open(&Consent::to_all(), &["jobs"]), [""; 0]);
    }

    #[test]
    fn a_file_of_earlier_answers_is_read_and_what_is_no_capability_allows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (file, plugin) = (folder.path().join("grants.toml"), folder.path().join("plugin"));
        let allowed = "\"clocks\", \"import witdock:editor/jobs\", \"network example.org:*\", \"a line of old\", \
                       \"folder /workspace read-write\"";
        std::fs::write(&file, format!("[{:?}]\nallowed = [{allowed}]\ndisabled = false\n", plugin)).unwrap();
        let (consent, problem) = Consent::remembered(&file);
        assert_eq!(problem, None);
        let mut requested = requested(&["jobs", "clipboard"]);
        let more = ["network example.org:443", "folder /workspace read-only", "folder /etc read-only"];
        requested.capabilities.extend(more.map(capability));
        assert_eq!(
            open(&consent, &plugin, &requested),
            ["folder /etc read-only", "import witdock:editor/clipboard"]
        );
        let (policy, _) = consent.policy(&plugin, &requested, Path::new("/work"));
        let granted: Vec<_> = policy.capabilities().map(ToString::to_string).collect();
        assert_eq!(
            granted,
            [
                "clocks",
                "folder /workspace read-only",
                "import witdock:editor/jobs",
                "network example.org:443"
            ]
        );
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
