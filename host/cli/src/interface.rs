//! Interfaces by name or by path: WIT packages with the worlds of their plugins.

#![allow(clippy::indexing_slicing, reason = "an arena of wit-parser has what its own ids say")]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use wit_parser::{
    PackageId, ParseError, Resolve, ResolveError, ResolveErrorKind, UnresolvedPackageGroup, WorldId,
};

use crate::embedded;

/// The interfaces that the program carries, with the world that a plugin has if nothing else is said.
const BUILT_IN: [(&str, &str); 2] = [("editor", "extension"), ("etl", "transformer")];

/// A WIT package, parsed.
#[derive(Debug)]
pub(crate) struct Interface {
    /// `editor`, `etl`, or the path that was given.
    pub(crate) name: String,
    /// The folder or file, for one that is not built in.
    pub(crate) path: Option<PathBuf>,
    pub(crate) resolve: Resolve,
    pub(crate) package: PackageId,
    /// Preferred, where the package has several.
    default_world: Option<&'static str>,
    /// Whether it builds on the `witdock:plugin` that the program carries.
    on_carried: bool,
}

impl Interface {
    /// Parses a built-in interface, or the WIT file or folder at a path.
    ///
    /// # Errors
    ///
    /// When there is no such interface, or the WIT is wrong: with file, line and caret.
    pub(crate) fn load(name: &str) -> anyhow::Result<Self> {
        if let Some((name, default_world)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::carried(name, default_world);
        }
        let path = Path::new(name);
        if !path.exists() {
            let known = BUILT_IN.map(|(name, _)| format!("`{name}`")).join(", ");
            bail!("there is no interface `{name}`: write {known}, or the path of a WIT file or folder");
        }
        let (resolve, package, on_carried) = own(path)?;
        let (name, path) = (name.to_owned(), Some(path.to_owned()));
        Ok(Self { name, path, resolve, package, default_world: None, on_carried })
    }

    fn carried(name: &str, default_world: &'static str) -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        resolve.push_group(group("plugin")?)?;
        let package = resolve.push_group(group(name)?)?;
        let (name, default_world) = (name.to_owned(), Some(default_world));
        Ok(Self { name, path: None, resolve, package, default_world, on_carried: true })
    }

    /// The interfaces that the program carries.
    ///
    /// # Errors
    ///
    /// When one of them cannot be parsed.
    pub(crate) fn built_in() -> anyhow::Result<Vec<Self>> {
        BUILT_IN.iter().map(|(name, default_world)| Self::carried(name, default_world)).collect()
    }

    /// What any plugin may share with its host: `witdock:plugin`, with its world of everything.
    ///
    /// # Errors
    ///
    /// When it cannot be parsed.
    pub(crate) fn services() -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        let package = resolve.push_group(group("plugin")?)?;
        let (name, default_world) = ("plugin".to_owned(), Some("stateful"));
        Ok(Self { name, path: None, resolve, package, default_world, on_carried: false })
    }

    /// All worlds of the package, the one that plugins have first.
    pub(crate) fn worlds(&self) -> Vec<WorldId> {
        let mut worlds: Vec<(bool, WorldId)> = self.resolve.packages[self.package]
            .worlds
            .iter()
            .map(|(name, world)| (!self.is_default(name), *world))
            .collect();
        worlds.sort_by_key(|(is_other, _)| *is_other);
        worlds.into_iter().map(|(_, world)| world).collect()
    }

    /// The world of this name, or the one that plugins have.
    ///
    /// # Errors
    ///
    /// When there is none, or several to choose from.
    pub(crate) fn world(&self, name: Option<&str>) -> anyhow::Result<WorldId> {
        let name = name.or(self.default_world);
        self.resolve.select_world(&[self.package], name).map_err(|error| {
            let worlds: Vec<&str> =
                self.resolve.packages[self.package].worlds.keys().map(String::as_str).collect();
            match (name, worlds.as_slice()) {
                (_, []) => {
                    anyhow!("the interface {} has no world, so nothing says what a plugin is", self.name)
                }
                (Some(name), worlds) => {
                    anyhow!("the interface {} has no world `{name}`: it has {}", self.name, worlds.join(", "))
                }
                (None, [_]) => error,
                (None, worlds) => anyhow!(
                    "the interface {} has several worlds: say with --world which is the plugin's: {}",
                    self.name,
                    worlds.join(", ")
                ),
            }
        })
    }

    /// Whether plugins have this world if nothing else is said.
    pub(crate) fn is_default(&self, world: &str) -> bool {
        self.default_world.is_none_or(|default| default == world)
    }

    /// The WIT as the files of a folder that stands alone: the package's own, and in `deps` those that it builds on.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        match &self.path {
            None => files.extend(carried(&self.name, "")),
            Some(path) if path.is_dir() => {
                read_folder(path, "", &mut files)?;
                for (name, is_folder) in entries(&path.join("deps"))? {
                    let dependency = path.join("deps").join(&name);
                    let name = format!("deps/{name}");
                    if is_folder {
                        read_folder(&dependency, &format!("{name}/"), &mut files)?;
                    } else {
                        files.push((name, read(&dependency)?));
                    }
                }
            }
            Some(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push((name, read(path)?));
            }
        }
        if self.on_carried {
            files.extend(carried("plugin", "deps/plugin/"));
        }
        Ok(files)
    }
}

/// Parses the WIT at a path, and says whether it needed the `witdock:plugin` that the program carries.
fn own(path: &Path) -> anyhow::Result<(Resolve, PackageId, bool)> {
    let mut resolve = Resolve::default();
    let error = match resolve.push_path(path) {
        Ok((package, _)) => return Ok((resolve, package, false)),
        Err(error) => error,
    };
    if !asks_for_plugin(&error) {
        return Err(shown(&resolve, path, error));
    }
    // Interfaces of one's own may build on it without having a copy.
    let mut resolve = Resolve::default();
    resolve.push_group(group("plugin")?)?;
    match resolve.push_path(path) {
        Ok((package, _)) => Ok((resolve, package, true)),
        Err(error) => Err(shown(&resolve, path, error)),
    }
}

fn asks_for_plugin(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<ResolveError>().map(ResolveError::kind);
    matches!(kind, Some(ResolveErrorKind::PackageNotFound { requested, .. })
        if requested.namespace == "witdock" && requested.name == "plugin")
}

/// The error with its place in the source. The layers around it name the path again and again.
fn shown(resolve: &Resolve, path: &Path, error: anyhow::Error) -> anyhow::Error {
    let error = error
        .downcast::<ParseError>()
        .map(anyhow::Error::from)
        .or_else(|error| error.downcast::<ResolveError>().map(anyhow::Error::from));
    match error {
        Ok(error) => anyhow!("the WIT is wrong: {}", resolve.render_error(&error)),
        Err(error) => error.context(format!("the WIT in {}", path.display())),
    }
}

fn group(name: &str) -> anyhow::Result<UnresolvedPackageGroup> {
    let mut map = wit_parser::SourceMap::new();
    for (file, content) in carried(name, "") {
        map.push(Path::new(&format!("wit/{name}/{file}")), String::from_utf8(content)?);
    }
    Ok(map.parse().map_err(|(_, error)| error)?)
}

/// The WIT files of a package that the program carries, named below a prefix.
fn carried(package: &str, prefix: &str) -> Vec<(String, Vec<u8>)> {
    embedded::below(&format!("wit/{package}"))
        .filter(|(file, _)| !file.contains('/') && file.ends_with(".wit"))
        .map(|(file, content)| (format!("{prefix}{file}"), content.to_vec()))
        .collect()
}

/// Adds the WIT files that stand directly in a folder.
fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    for (name, is_folder) in entries(folder)? {
        if !is_folder && name.ends_with(".wit") {
            files.push((format!("{prefix}{name}"), read(&folder.join(&name))?));
        }
    }
    Ok(())
}

/// The names in a folder, sorted, and whether each is a folder; none where there is no such folder.
fn entries(folder: &Path) -> anyhow::Result<Vec<(String, bool)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path().is_dir()));
    }
    entries.sort();
    Ok(entries)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
