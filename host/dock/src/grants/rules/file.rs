//! A policy file: its text form, and its verdicts.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::error::PolicyFileError;
use super::pattern::NamePattern;
use super::precedence::decide;
use super::rule::{Entry, Rule};
use super::signer::Signers;
use super::subject::Subject;
use super::verdicts::Verdicts;
use crate::foreign::{Digest, read_text};
use crate::grants::{Capability, CapabilityKind, Policy, PublicKey, Requested, RulePlace, Unsigned};
use crate::text::nearest::nearest;
use crate::text::{TomlProblem, position};

/// The largest policy file, bytes.
const LARGEST: u64 = 1 << 20;

/// A policy that stands in a file, for all plugins of a host. Cheap to clone.
///
/// ```
/// use std::path::Path;
/// use witdock::grants::PolicyFile;
///
/// PolicyFile::parse(Path::new("grants.toml"), r#"
///     [[plugin]]
///     name = "*"
///     deny = ["network 169.254.169.254", "env AWS_SECRET_ACCESS_KEY"]
///     ask = ["folder"]
///
///     [[plugin]]
///     name = "tidy"
///     allow = { clocks = true, folders = [{ path = "/data", host = "data", access = "read-only" }] }
/// "#)?;
/// # Ok::<(), witdock::grants::PolicyFileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile(Arc<Rules>);

#[derive(Debug, PartialEq, Eq)]
struct Rules {
    path: Arc<Path>,
    signers: Signers,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    #[serde(default)]
    signer: Vec<SignerTable>,
    #[serde(default)]
    plugin: Vec<RuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerTable {
    name: String,
    key: PublicKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    name: NamePattern,
    digest: Option<Digest>,
    signed_by: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    deny: Vec<Spanned<Subject>>,
    #[serde(default)]
    ask: Vec<Spanned<Subject>>,
    #[serde(default)]
    withhold: Vec<Spanned<Subject>>,
    allow: Option<Spanned<Policy>>,
}

impl PolicyFile {
    /// Reads a policy file. Folders in it are relative to its own folder.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or its text is not a policy. A host must not go on as if there were no file.
    pub fn read(path: &Path) -> Result<Self, PolicyFileError> {
        let text = read_text(path, LARGEST)
            .map_err(|source| PolicyFileError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Parses the text of a policy file. `path` is for messages, and what folders are relative to.
    ///
    /// # Errors
    ///
    /// When the text is not a policy: with the line, what is wrong, and what is expected.
    pub fn parse(path: &Path, text: &str) -> Result<Self, PolicyFileError> {
        let table: FileTable = toml::from_str(text).map_err(|error| {
            let TomlProblem { position, message, .. } = TomlProblem::new(text, &error);
            PolicyFileError::Invalid { path: path.to_owned(), position, message }
        })?;
        let mut signers = Signers::default();
        for SignerTable { name, key } in table.signer {
            signers.add(name, key);
        }
        let reading = Reading { path: path.into(), text, signers: &signers };
        let rules = table.plugin.into_iter().map(|rule| reading.rule(rule)).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Rules { path: reading.path.clone(), signers, rules })))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What the rules say about a plugin. Where a rule demands a signature, this checks it.
    pub fn verdicts(&self, requested: &Requested) -> Verdicts {
        let Rules { rules, signers, .. } = &*self.0;
        let rules: Vec<&Rule> = rules.iter().filter(|rule| rule.is_about(requested)).collect();
        let signature = requested.signature.as_ref();
        let (mut signer, mut unsigned) = (None, None);
        for Entry { place, value: expected } in rules.iter().filter_map(|rule| rule.signed_by.as_ref()) {
            match signature.and_then(|signature| signers.signer(signature, expected)) {
                Some(name) => signer = Some(name.to_owned()),
                None => {
                    let (expected, is_signed) = (expected.clone(), signature.is_some());
                    unsigned = Some(Unsigned { rule: place.clone(), expected, is_signed });
                    break;
                }
            }
        }
        let decided = requested.capabilities.iter().map(|one| (one.clone(), decide(&rules, one))).collect();
        Verdicts { signer, unsigned, decided }
    }
}

/// What is needed to turn tables into rules.
struct Reading<'a> {
    path: Arc<Path>,
    text: &'a str,
    signers: &'a Signers,
}

impl Reading<'_> {
    fn rule(&self, table: RuleTable) -> Result<Rule, PolicyFileError> {
        let RuleTable { name, digest, signed_by, deny, ask, withhold, allow } = table;
        let signed_by = signed_by.map(|names| self.signed_by(names)).transpose()?;
        for subject in &withhold {
            let is_import = matches!(
                subject.get_ref(),
                Subject::Kind(CapabilityKind::Import) | Subject::One(Capability::Import(_))
            );
            if is_import {
                let message =
                    "an import cannot be withheld: the plugin does not start without it. Write it in `deny`";
                return Err(self.error(&subject.span(), message.to_owned()));
            }
        }
        let entries = |subjects: Vec<Spanned<Subject>>| subjects.into_iter().map(|one| self.entry(one));
        let folder = self.path.parent().map(Path::to_owned).unwrap_or_default();
        let allow = allow.map(|allow| {
            let Entry { place, value } = self.entry(allow);
            Entry { place, value: value.map_folders(|path| absolute(&folder, path)) }
        });
        Ok(Rule {
            name,
            digest,
            signed_by,
            deny: entries(deny).collect(),
            ask: entries(ask).collect(),
            withhold: entries(withhold).collect(),
            allow,
        })
    }

    fn signed_by(&self, names: Spanned<Vec<Spanned<String>>>) -> Result<Entry<Vec<String>>, PolicyFileError> {
        if names.get_ref().is_empty() {
            let message = "`signed_by` is empty: name a [[signer]], or remove the line".to_owned();
            return Err(self.error(&names.span(), message));
        }
        for name in names.get_ref() {
            if !self.signers.knows(name.get_ref()) {
                let known = nearest(name.get_ref(), self.signers.names());
                let instead = match known {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "add a [[signer]] with its `name` and `key`".to_owned(),
                };
                let message = format!("unknown signer `{}`; {instead}", name.get_ref());
                return Err(self.error(&name.span(), message));
            }
        }
        let Entry { place, value } = self.entry(names);
        Ok(Entry { place, value: value.into_iter().map(Spanned::into_inner).collect() })
    }

    fn entry<T>(&self, part: Spanned<T>) -> Entry<T> {
        let line = position(self.text, part.span().start).map_or(0, |(line, _)| line);
        let place = RulePlace { file: self.path.clone(), line };
        Entry { place, value: part.into_inner() }
    }

    fn error(&self, span: &Range<usize>, message: String) -> PolicyFileError {
        let position = position(self.text, span.start);
        PolicyFileError::Invalid { path: self.path.to_path_buf(), position, message }
    }
}

/// A folder that is named relative to the policy file's own.
fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let joined = folder.join(path);
    // The host may change its working folder between now and the next load.
    std::path::absolute(&joined).unwrap_or(joined)
}
