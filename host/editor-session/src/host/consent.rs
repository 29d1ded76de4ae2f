//! Consent: what the person has allowed plugins. They are asked once, and again only for new requests.
//!
//! Showing something and reading the cursor need no consent. Reading or changing texts, the clipboard or files does, and
//! so does everything outside the editor.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Deserializer, Serialize};
use witdock::grants::{CapabilityKind, PolicyFile, Verdict};
use witdock::source::Digest;
use witdock::source::{Build, Recipe};
use witdock::{Builds, Capability, Policy, Requested, text};

use super::loaded::lock;
use crate::problem::Problem;
use crate::processes::find;

/// The path at which a plugin finds the folder that the person works in.
const WORKSPACE: &str = "/workspace";
/// The interfaces that need no consent.
const SILENT: &[&str] = &[
    "witdock:editor/decorations",
    "witdock:editor/diagnostics",
    "witdock:editor/floats",
    "witdock:editor/language",
    "witdock:editor/line-marks",
    "witdock:editor/messages",
    "witdock:editor/panels",
    // What it may run is asked for by name.
    "witdock:editor/processes",
    "witdock:editor/prompts",
    "witdock:editor/selections",
    "witdock:editor/settings",
    "witdock:editor/status-line",
    "witdock:editor/timers",
    "witdock:editor/viewport",
];

/// The person's answers, by plugin.
#[derive(Debug)]
pub struct Consent {
    /// The file that keeps the answers; none keeps them until the session ends.
    file: Option<PathBuf>,
    /// What else the editor writes: no plugin may write there.
    protected: Vec<PathBuf>,
    /// Whether everything is granted without asking.
    grants_all: bool,
    /// Whether folders of plugins are built.
    builds: Builds,
    /// The rules of a policy file, which come before the answers.
    rules: Mutex<Option<PolicyFile>>,
    /// By the plugins' paths.
    answers: Mutex<BTreeMap<String, Answers>>,
}

/// The person's answers about one plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// The granted capabilities. In the file, each is a string in the form of [`Capability`], without the version of an
    /// import. A string that is not a capability grants nothing, and the plugin asks again.
    #[serde(deserialize_with = "capabilities")]
    pub allowed: BTreeSet<Capability>,
    /// The file that each allowed program is. Another file of the same name asks again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub programs: BTreeMap<String, PathBuf>,
    /// The component that they were granted to: another one at the same path asks again. `None` for a plugin's folder, whose builds are
    /// the person's own and have another digest each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Whether the plugin's folder may be built, where the person has not named it.
    pub builds: bool,
    /// Whether the plugin is not loaded.
    pub disabled: bool,
}

/// A request for consent: what a plugin asks for and the person has not decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The plugin's key.
    pub plugin: super::PluginId,
    /// The plugin's name.
    pub name: String,
    /// The capabilities that it asks for, without the versions of imports, so that a new version needs no new consent.
    pub capabilities: BTreeSet<Capability>,
    /// The files that the programs among them are.
    pub programs: BTreeMap<String, PathBuf>,
    /// What builds it, if its folder was found and not named: before that is allowed, nothing else is known of the plugin.
    pub build: Option<String>,
    /// The component that asks; `None` before it is built.
    pub digest: Option<Digest>,
    /// What the person has answered about the plugin before.
    pub before: Before,
}

/// What the person has answered about a plugin before it asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// It has other grants, and these requests are new.
    Others,
    /// Another component at its path was allowed something.
    OtherComponent,
}

/// What is granted to a candidate, and what is left to the person.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) policy: Policy,
    /// The requests that the person has not decided about.
    pub(super) open: BTreeSet<Capability>,
    /// The files that the programs among them are.
    pub(super) programs: BTreeMap<String, PathBuf>,
    pub(super) before: Before,
}

impl Ask {
    /// What the plugin is, as a heading of its requests.
    pub fn heading(&self) -> String {
        let name = text::line(&self.name);
        let digest = self.digest.map(|digest| format!(" (sha256 {})", digest.short())).unwrap_or_default();
        match self.before {
            Before::Nothing => format!("The plugin {name}{digest} wants to"),
            Before::Others => format!("The new generation of {name}{digest} also wants to"),
            Before::OtherComponent => {
                format!("{name} is another component{digest} than the one that you have allowed. It wants to")
            }
        }
    }

    /// The requests in plain words, each to continue "the plugin wants to".
    pub fn words(&self) -> Vec<String> {
        let build = self.build.iter().map(|command| {
            format!("be built from its source by `{command}`, which may do all that you may do")
        });
        build
            .chain(self.capabilities.iter().map(|capability| self.in_words(capability)))
            .map(|words| text::line(&words).to_string())
            .collect()
    }
}

impl Ask {
    /// A request with the file that a program is.
    fn in_words(&self, capability: &Capability) -> String {
        let words = in_words(capability);
        match capability {
            Capability::Program(name) => match self.programs.get(name) {
                Some(path) => format!("{words} ({}), which may do all that you may do", path.display()),
                None => words,
            },
            _ => words,
        }
    }
}

fn capabilities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Capability>, D::Error> {
    let lines = Vec::<String>::deserialize(deserializer)?;
    Ok(lines.iter().filter_map(|line| line.parse().ok()).collect())
}

/// What builds a plugin's folder, as a command.
pub(super) fn build_in_words(build: &Build) -> String {
    match &build.recipe {
        Recipe::Command { program, arguments, .. } => {
            std::iter::once(program).chain(arguments).map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        _ => "cargo build".to_owned(),
    }
}

/// A request in plain words, to continue "the plugin wants to".
pub(super) fn in_words(capability: &Capability) -> String {
    match capability {
        Capability::Import(name) => {
            match name.path().strip_prefix("witdock:editor/").unwrap_or(name.path()) {
                "documents" => "read and change the text of open documents".to_owned(),
                "workspace" => "read the files in the folder that you work in".to_owned(),
                "clipboard" => "read and write the clipboard".to_owned(),
                "folder" => {
                    "hear which files the folder that you work in has, and which of them change".to_owned()
                }
                "key-contexts" => {
                    "give keys another meaning in some places, and while one of its modes is on".to_owned()
                }
                "topics" => "send messages to other plugins".to_owned(),
                "subscriptions" => "hear messages of other plugins".to_owned(),
                "files" => "open files of the folder that you work in, and save documents there".to_owned(),
                "new-documents" => "make documents".to_owned(),
                "storage" => "keep data of its own on this machine".to_owned(),
                "jobs" => "run commands of the editor and of other plugins".to_owned(),
                other => format!("use {other}"),
            }
        }
        Capability::Folder { path, access } => format!("access the folder {path} ({access})"),
        Capability::Env(name) => format!("read the environment variable {name}"),
        Capability::Network(host) => format!("connect to {host}"),
        Capability::Program(name) => format!("run the program {name}"),
        Capability::Http(access) => format!("send HTTP requests: {access}"),
        Capability::KeyValue(name) => format!("keep data in the store {name}"),
        Capability::Config => "read the settings that you have for it".to_owned(),
        Capability::Clocks => "read the time".to_owned(),
        Capability::Random => "get random numbers".to_owned(),
        Capability::Stdio => "write to its log through standard output".to_owned(),
    }
}

impl Consent {
    /// Grants everything without asking, and keeps nothing.
    pub fn to_all() -> Self {
        Self { file: None, grants_all: true, ..Self::none() }
    }

    fn none() -> Self {
        Self {
            file: None,
            protected: Vec::new(),
            grants_all: false,
            builds: Builds::default(),
            rules: Mutex::default(),
            answers: Mutex::default(),
        }
    }

    /// Applies the rules of a policy file before the answers: what they deny is never granted and never asked for.
    pub fn set_rules(&self, rules: Option<PolicyFile>) {
        *lock(&self.rules) = rules;
    }

    /// The policy file. A plugin that may write to it could decide for the person.
    pub(super) fn rules_file(&self) -> Option<PathBuf> {
        lock(&self.rules).as_ref().map(|rules| rules.path().to_owned())
    }

    /// Reads the answers that a file keeps. Where it cannot be read, gives no answers and the problem; later answers then
    /// do not overwrite the file.
    pub fn remembered(file: &Path) -> (Self, Option<String>) {
        let read = match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let place = error.span().map_or(0, |span| span.start);
                let what =
                    format!("{}; fix or remove the file; until then answers are not kept", error.message());
                Problem::at(file, &text, place, what).to_string()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(format!("{}: {error}", file.display())),
        };
        let (answers, problem) = match read {
            Ok(answers) => (answers, None),
            Err(problem) => (BTreeMap::new(), Some(problem)),
        };
        let file = problem.is_none().then(|| file.to_owned());
        (Self { file, answers: Mutex::new(answers), ..Self::none() }, problem)
    }

    /// Names a file or folder that the editor trusts or writes itself, such as the folder of kept texts: what a plugin may write to does not
    /// overlap with it.
    #[must_use]
    pub fn protecting(mut self, path: impl Into<PathBuf>) -> Self {
        self.protected.push(path.into());
        self
    }

    pub(super) fn protected(&self) -> &[PathBuf] {
        &self.protected
    }

    /// Loads plugins from components alone: a folder's build runs the programs that its manifest names.
    #[must_use]
    pub fn without_builds(self) -> Self {
        Self { builds: Builds::Refused, ..self }
    }

    /// Whether the folder at this path, which was found and not named, may be built.
    pub(super) fn allows_build(&self, path: &Path) -> bool {
        self.grants_all || self.answers(path).builds
    }

    pub(super) fn builds(&self) -> Builds {
        self.builds
    }

    /// The file that keeps the answers. A plugin that may write to it could answer for the person.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The answers about the plugin at this path.
    pub fn answers(&self, path: &Path) -> Answers {
        lock(&self.answers).get(&key(path)).cloned().unwrap_or_default()
    }

    /// Changes the answers about the plugin at this path, and writes them to the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. The answers still hold until the session ends.
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
        written.write_all(b"# What plugins of witdock-edit are allowed, by their paths.\n")?;
        written.write_all(text.as_bytes())?;
        written.as_file().sync_all()?;
        written.persist(file).map_err(|error| error.error)?;
        Ok(())
    }

    /// What is granted to a candidate, and what is left to the person. `is_built` for one that was built from a folder.
    pub(super) fn decide(
        &self,
        path: &Path,
        requested: &Requested,
        is_built: bool,
        workspace: &Path,
    ) -> Decided {
        let answers = self.answers(path);
        let is_other = !is_built && answers.digest.is_some_and(|digest| digest != requested.digest);
        let before = match (answers.allowed.is_empty(), is_other) {
            (true, _) => Before::Nothing,
            (false, true) => Before::OtherComponent,
            (false, false) => Before::Others,
        };
        let allowed = if is_other { BTreeSet::new() } else { answers.allowed };
        let verdicts = lock(&self.rules).as_ref().map(|rules| rules.verdicts(requested));
        let (mut own, mut open, mut programs) = (Policy::new(), BTreeSet::new(), BTreeMap::new());
        for capability in &requested.capabilities {
            let verdict = verdicts.as_ref().map_or(&Verdict::Unmentioned, |verdicts| verdicts.on(capability));
            // Without the version, so that a new one needs no new consent.
            let capability = capability.without_version();
            let program = match &capability {
                Capability::Program(name) => find(name).map(|path| (name.clone(), path)),
                _ => None,
            };
            // What the person has allowed is this file.
            let is_file =
                program.as_ref().is_none_or(|(name, path)| answers.programs.get(name) == Some(path));
            let is_answered = allowed.iter().any(|allowed| allowed.covers(&capability)) && is_file;
            let is_allowed = self.grants_all || is_answered;
            // What is not on this machine cannot run. If it comes, it asks then.
            let is_missing = capability.kind() == CapabilityKind::Program && program.is_none();
            match verdict {
                Verdict::Unmentioned if is_allowed || is_missing || is_silent(&capability) => {}
                Verdict::Ask { .. } if is_allowed || is_missing => {}
                Verdict::Unmentioned | Verdict::Ask { .. } => {
                    programs.extend(program);
                    open.insert(capability);
                    continue;
                }
                // The rules have decided.
                _ => continue,
            }
            own = match capability {
                Capability::Program(name) => own.program(name, program.map(|(_, path)| path)),
                capability => granted(own, capability, workspace),
            };
        }
        if verdicts.as_ref().is_some_and(|verdicts| verdicts.unsigned().is_some()) {
            // It is refused, whatever the person would say.
            open.clear();
        }
        let policy = match verdicts {
            Some(verdicts) => verdicts.policy(own),
            None => own,
        };
        Decided { policy, open, programs, before }
    }
}

/// Adds a capability with what the editor provides for it.
fn granted(policy: Policy, capability: Capability, workspace: &Path) -> Policy {
    match capability {
        Capability::Env(name) => {
            let value = std::env::var(&name).unwrap_or_default();
            policy.env(name, value)
        }
        // This is the only folder that the editor grants.
        Capability::Folder { path, access } if path == WORKSPACE => policy.folder(path, workspace, access),
        Capability::Folder { .. } => policy,
        other => policy.allow(other),
    }
}

/// Whether a capability needs no consent.
fn is_silent(capability: &Capability) -> bool {
    matches!(capability, Capability::Import(name) if SILENT.contains(&name.path()))
}

/// The path of a plugin, as answers about it have it.
pub(super) fn key(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use witdock::Digest;

    use super::*;

    fn capability(text: &str) -> Capability {
        text.parse().unwrap()
    }

    fn requested(imports: &[&str]) -> Requested {
        let imports = imports.iter().map(|name| capability(&format!("import witdock:editor/{name}@0.1.0")));
        let capabilities = imports.chain([Capability::Clocks]).collect();
        let digest = Digest::of(b"p");
        Requested { plugin: "p".into(), digest, signature: None, capabilities, undeclared: BTreeSet::new() }
    }

    fn open(consent: &Consent, plugin: &Path, requested: &Requested) -> Vec<String> {
        let open = consent.decide(plugin, requested, false, Path::new("/work")).open;
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
    fn a_file_of_earlier_answers_is_read_and_an_unknown_line_grants_nothing() {
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
        let policy = consent.decide(&plugin, &requested, false, Path::new("/work")).policy;
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
    fn a_broken_file_is_reported_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grants.toml");
        std::fs::write(&file, "[\"/a\"]\nalowed = []\n").unwrap();
        let (consent, problem) = Consent::remembered(&file);
        assert!(problem.unwrap().contains("grants.toml:2: unknown field `alowed`"));
        consent.answer(folder.path(), |answers| answers.disabled = true).unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("alowed"));
    }

    #[test]
    fn an_answer_is_about_one_component() {
        let consent = Consent::none();
        let plugin = Path::new("/plugins/tidy.wasm");
        let mut requested = requested(&["jobs"]);
        let allowed = requested.capabilities.iter().map(Capability::without_version).collect::<Vec<_>>();
        consent
            .answer(plugin, |answers| {
                answers.allowed.extend(allowed);
                answers.digest = Some(requested.digest);
            })
            .unwrap();
        let decide = |requested: &Requested, is_built| {
            let decided = consent.decide(plugin, requested, is_built, Path::new("/work"));
            (decided.open.len(), decided.before, decided.policy.capabilities().count())
        };
        assert_eq!(decide(&requested, false), (0, Before::Others, 2));
        requested.digest = Digest::of(b"another");
        assert_eq!(decide(&requested, false), (2, Before::OtherComponent, 0));
        // What the person builds is theirs.
        assert_eq!(decide(&requested, true), (0, Before::Others, 2));
    }

    #[test]
    fn rules_come_before_answers() {
        let rules = "[[plugin]]\nname = \"*\"\ndeny = [\"clocks\"]\nask = [\"import witdock:editor/panels\"]\n\
                     allow = { imports = [\"witdock:editor/jobs\"] }\n";
        let consent = Consent::to_all();
        consent.set_rules(Some(PolicyFile::parse(Path::new("/etc/policy.toml"), rules).unwrap()));
        let plugin = Path::new("/plugins/tidy.wasm");
        let requested = requested(&["jobs", "panels", "selections"]);
        let granted = |consent: &Consent| -> Vec<String> {
            let decided = consent.decide(plugin, &requested, false, Path::new("/work"));
            decided.policy.capabilities().map(ToString::to_string).collect()
        };
        // Even where everything is allowed.
        let all = granted(&consent);
        assert!(!all.contains(&"clocks".to_owned()) && all.len() == 3, "{all:?}");
        let consent = Consent { grants_all: false, ..consent };
        let decided = consent.decide(plugin, &requested, false, Path::new("/work"));
        // What needs no consent is asked for if a rule says so, what a rule allows or denies is not.
        assert_eq!(decided.open, BTreeSet::from([capability("import witdock:editor/panels")]));
        assert_eq!(granted(&consent).len(), 2);
    }
}
