use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::parser::Parser;
use super::text::PathText;
use crate::file_id::FileId;
use crate::pipeline::{
    Database, PipelineError, QuerySource, SourceConfig, SourceKind, SourcePath, is_pattern,
};
use crate::store::{ObjectUrl, StoreOptions};

/// The files that the pipeline writes. No two may be the same, however they are spelled, and the source may read none of them.
pub(super) struct Targets<'a> {
    parser: &'a Parser<'a>,
    sources: Vec<Read>,
    /// The query that the source is, if it is one.
    query: Option<QuerySource>,
    taken: HashSet<PathBuf>,
    /// Those of them that have other names, with the first name that was taken.
    linked: HashMap<FileId, PathBuf>,
    /// The folders among them.
    folders: HashSet<PathBuf>,
    /// The pipeline file.
    pipeline: PathBuf,
}

/// What the source reads.
enum Read {
    File(PathBuf),
    /// The files in it, and those in the folders in it if `deep`.
    Folder {
        path: PathBuf,
        deep: bool,
    },
    Pattern(glob::Pattern),
    /// An object, or if there is no such object those below a prefix. Only the store knows.
    FileOrFolder {
        path: PathBuf,
        deep: bool,
    },
}

impl Read {
    fn of(path: &str, deep: bool) -> Self {
        let whole = Path::new(path);
        if is_pattern(path) && !whole.exists() {
            let fixed: PathBuf = whole
                .components()
                .take_while(|part| !is_pattern(&part.as_os_str().to_string_lossy()))
                .collect();
            let rest = whole.strip_prefix(&fixed).unwrap_or(whole);
            let fixed = glob::Pattern::escape(&real(&fixed).to_string_lossy());
            if let Ok(pattern) = glob::Pattern::new(&Path::new(&fixed).join(rest).to_string_lossy()) {
                return Self::Pattern(pattern);
            }
        }
        if whole.is_dir() { Self::Folder { path: real(whole), deep } } else { Self::File(real(whole)) }
    }

    /// The file of this identity among those that are read.
    fn name_of(&self, id: FileId) -> Option<PathBuf> {
        match self {
            Self::File(file) => id.is_at(file).then(|| file.clone()),
            Self::Folder { path, deep } => find(path, *deep, id),
            Self::Pattern(pattern) => {
                let mut matching = glob::glob(pattern.as_str()).ok()?.filter_map(Result::ok);
                matching.find(|path| id.is_at(path))
            }
            // Objects have one name.
            Self::FileOrFolder { .. } => None,
        }
    }

    fn of_url(url: &ObjectUrl, options: &StoreOptions, deep: bool) -> Self {
        let place = url.place(options);
        if is_pattern(url.key()) {
            let root = url.with_key("").place(options);
            let root = glob::Pattern::escape(&root.to_string_lossy());
            let pattern = format!("{}/{}", root.trim_end_matches('/'), url.key());
            glob::Pattern::new(&pattern).map_or_else(|_| Self::File(place), Self::Pattern)
        } else if url.is_prefix() {
            Self::Folder { path: place, deep }
        } else {
            Self::FileOrFolder { path: place, deep }
        }
    }

    fn reads(&self, target: &Path) -> bool {
        match self {
            Self::File(file) => file == target,
            Self::Folder { path, deep: true } => target.starts_with(path),
            Self::Folder { path, deep: false } => target.parent() == Some(path),
            Self::FileOrFolder { path, deep: true } => target.starts_with(path),
            Self::FileOrFolder { path, deep: false } => target == path || target.parent() == Some(path),
            Self::Pattern(pattern) => {
                let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
                pattern.matches_path_with(target, options)
            }
        }
    }
}

/// The file of this identity in a folder.
fn find(folder: &Path, deep: bool, id: FileId) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| {
        if deep && path.is_dir() { find(&path, deep, id) } else { id.is_at(&path).then_some(path) }
    })
}

impl<'a> Targets<'a> {
    pub(super) fn new(parser: &'a Parser<'a>, source: &SourceConfig, pipeline: &Path) -> Self {
        let sources = match &source.kind {
            SourceKind::Files(files) => {
                let deep = !files.partitions.is_empty();
                let of = |path: &SourcePath| match path {
                    SourcePath::Local(path) => Read::of(path, deep),
                    SourcePath::Url(url) => Read::of_url(url, &files.store, deep),
                };
                files.paths.iter().map(of).collect()
            }
            SourceKind::Query(QuerySource { database: Database::Sqlite(path), .. }) => {
                vec![Read::File(real(path))]
            }
            SourceKind::Query(_) | SourceKind::Plugin(_) => Vec::new(),
        };
        let query = match &source.kind {
            SourceKind::Query(query) => Some(query.clone()),
            _ => None,
        };
        Self {
            parser,
            sources,
            query,
            taken: HashSet::new(),
            linked: HashMap::new(),
            folders: HashSet::new(),
            pipeline: real(pipeline),
        }
    }

    /// An object to write, or a prefix to write objects below. `part` is the name of such an object.
    pub(super) fn take_object(
        &mut self,
        path: &Spanned<PathText>,
        url: &ObjectUrl,
        options: &StoreOptions,
        part: &str,
    ) -> Result<(), PipelineError> {
        let found = url.place(options);
        let is_source = |source: &Read| matches!(source, Read::FileOrFolder { path, .. } if *path == found);
        let is_prefix = url.is_prefix();
        let problem = if !is_prefix && self.sources.iter().any(is_source) {
            format!("{url} is the source: it would be overwritten")
        } else if !is_prefix && self.is_read(&found) {
            format!("{url} is among the objects that the source reads")
        } else if is_prefix && self.is_read(&found.join(part)) {
            format!("the source reads objects below {url}")
        } else if is_like_a_part(&found) && found.parent().is_some_and(|folder| self.folders.contains(folder))
        {
            format!("{url} has the name of a part file below a prefix that another sink writes")
        } else if is_prefix
            && self.taken.iter().any(|file| is_like_a_part(file) && file.parent() == Some(&found))
        {
            format!("another sink writes an object with the name of a part file below {url}")
        } else if !self.taken.insert(found.clone()) {
            format!("{url} is written twice")
        } else {
            if is_prefix {
                self.folders.insert(found);
            }
            return Ok(());
        };
        Err(self.refuse(path, problem))
    }

    /// The path, if it is no url: only sources and sinks can be objects.
    fn on_this_machine(&self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let text = path.get_ref().0.to_string_lossy();
        if ObjectUrl::parse(&text).is_some() {
            let message = "this file cannot be an object: it is written on this machine";
            let help = "give the path of a file".to_owned();
            return Err(self.parser.text.error(path.span(), message, "a url", help));
        }
        Ok(self.parser.resolve(&path.get_ref().0))
    }

    /// The resolved path of a file to write.
    pub(super) fn take_file(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.on_this_machine(path)?;
        let shown = resolved.display();
        let found = real(&resolved);
        let problem =
            if self.sources.iter().any(|source| matches!(source, Read::File(file) if *file == found)) {
                format!("{shown} is the source: it would be overwritten")
            } else if found == self.pipeline {
                format!("{shown} is this pipeline file")
            } else if self.is_read(&found) {
                format!("{shown} is among the files that the source reads")
            } else if let Some(other) = self.other_name(&found) {
                format!("{shown} is another name of {} (a hard link)", other.display())
            } else if let Some(file) = file_above(&found) {
                format!("{shown} cannot be in {}, which is a file", file.display())
            } else if is_like_a_part(&found)
                && found.parent().is_some_and(|folder| self.folders.contains(folder))
            {
                format!("{shown} has the name of a part file in a folder that another sink writes")
            } else if !self.taken.insert(found) {
                format!("{shown} is written twice")
            } else if resolved.is_dir() {
                format!("{shown} is a folder, and this sink writes a file")
            } else if resolved.exists() && !resolved.is_file() {
                format!("{shown} is a device or a pipe, and this sink writes a file")
            } else {
                return Ok(resolved);
            };
        Err(self.refuse(path, problem))
    }

    /// A file that is written where the pipeline names no other.
    pub(super) fn take_default(&mut self, path: &Path, table: &str) -> Result<PathBuf, PipelineError> {
        let found = real(path);
        let problem = if self.is_read(&found) {
            "is among the files that the source reads".to_owned()
        } else if let Some(other) = self.other_name(&found) {
            format!("is another name of {} (a hard link)", other.display())
        } else if !self.taken.insert(found) {
            "is written twice".to_owned()
        } else {
            return Ok(path.to_owned());
        };
        let place = self.parser.text.text().find("[source]").unwrap_or_default();
        Err(self.parser.text.error(
            place..place,
            format!("{} {problem}", path.display()),
            "in this pipeline",
            format!("give it another `path` in {table}"),
        ))
    }

    /// The resolved path of a folder to write files into. `part` is the name of such a file.
    pub(super) fn take_folder(
        &mut self,
        path: &Spanned<PathText>,
        part: &str,
    ) -> Result<PathBuf, PipelineError> {
        let resolved = self.on_this_machine(path)?;
        let shown = resolved.display();
        let found = real(&resolved);
        let problem = if self.is_read(&found.join(part)) {
            format!("{shown} is a folder that the source reads")
        } else if found.exists() && !found.is_dir() {
            // The path itself ends in `/`, and a file has no such path.
            format!("{} is a file, and this sink writes into a folder", found.display())
        } else if let Some(file) = file_above(&found) {
            format!("{shown} cannot be in {}, which is a file", file.display())
        } else if self.taken.iter().any(|file| is_like_a_part(file) && file.parent() == Some(&found)) {
            format!("another sink writes a file with the name of a part file into {shown}")
        } else if !self.taken.insert(found.clone()) {
            format!("{shown} is written twice")
        } else {
            self.folders.insert(found);
            return Ok(resolved);
        };
        Err(self.refuse(path, problem))
    }

    /// The resolved path of an SQLite file. Each sink commits in a transaction of its own, and SQLite has one writer at a time.
    pub(super) fn take_database(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.on_this_machine(path)?;
        let found = real(&resolved);
        if let Some(other) = self.other_name(&found) {
            let message =
                format!("{} is another name of {} (a hard link)", resolved.display(), other.display());
            return Err(self.refuse(path, message));
        }
        if !self.taken.insert(found) {
            let message =
                format!("two sinks write to {}, and SQLite supports only one writer", resolved.display());
            let help = "give each table a file of its own, and join them with `ATTACH`".to_owned();
            return Err(self.parser.text.error(path.span(), message, "this one too", help));
        }
        Ok(resolved)
    }

    /// Whether the source's query names a table of a database. A name in a comment or a text counts too: a false alarm is better than
    /// rows that are read again and again.
    pub(super) fn is_queried(&self, database: &Database, table: &str) -> bool {
        let Some(query) = &self.query else { return false };
        let is_same = match (&query.database, database) {
            (Database::Sqlite(one), Database::Sqlite(other)) => {
                real(one) == real(other) || FileId::of_linked(one).is_some_and(|id| id.is_at(other))
            }
            (Database::Postgres(one), Database::Postgres(other)) => one == other,
            _ => false,
        };
        let table = table.rsplit('.').next().unwrap_or(table);
        let words = query.query.split(|character: char| !(character.is_alphanumeric() || character == '_'));
        is_same && words.into_iter().any(|word| word.eq_ignore_ascii_case(table))
    }

    /// A file that the pipeline reads or writes, and that a target is another name of.
    fn other_name(&mut self, target: &Path) -> Option<PathBuf> {
        let id = FileId::of_linked(target)?;
        if id.is_at(&self.pipeline) {
            return Some(self.pipeline.clone());
        }
        let read = self.sources.iter().find_map(|source| source.name_of(id)).filter(|read| read != target);
        read.or_else(|| match self.linked.insert(id, target.to_owned()) {
            Some(taken) if taken != target => Some(taken),
            _ => None,
        })
    }

    fn is_read(&self, target: &Path) -> bool {
        self.sources.iter().any(|source| source.reads(target))
    }

    fn refuse(&self, path: &Spanned<PathText>, message: String) -> PipelineError {
        let help = "give each target a path of its own".to_owned();
        self.parser.text.error(path.span(), message, "this one", help)
    }
}

/// A file in whose place a target needs a folder.
fn file_above(target: &Path) -> Option<&Path> {
    target.ancestors().skip(1).find(|above| above.exists()).filter(|above| !above.is_dir())
}

fn is_like_a_part(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-"))
}

/// A path without links and detours. Of one that does not exist, as far as it does.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    if path.as_os_str().is_empty() {
        return real(Path::new("."));
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
