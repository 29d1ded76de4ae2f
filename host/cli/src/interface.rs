//! Interfaces, by name or by path: WIT packages with the worlds that plugins implement.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use wit_parser::{
    PackageId, ParseError, Resolve, ResolveError, ResolveErrorKind, UnresolvedPackageGroup, WorldId,
};
use witdock::nearest;
use witdock::source::repeated_package;

use crate::embedded;

/// The built-in interfaces, each with its default world.
const BUILT_IN: [(&str, &str); 3] =
    [("editor", "extension"), ("etl", "transformer"), ("proxy", "request-filter")];

/// A parsed WIT package.
#[derive(Debug)]
pub(crate) struct Interface {
    /// `editor`, `etl`, `proxy`, or the path that was given.
    pub(crate) name: String,
    /// The folder or file of an interface that is not built in.
    pub(crate) path: Option<PathBuf>,
    pub(crate) resolve: Resolve,
    pub(crate) package: PackageId,
    /// The world to use where the user names none.
    default_world: Option<&'static str>,
    /// Whether it uses the embedded `witdock:plugin`.
    uses_embedded_plugin: bool,
}

impl Interface {
    /// Parses a built-in interface, or the WIT file or folder at a path.
    ///
    /// # Errors
    ///
    /// When there is no such interface, or the WIT is invalid: the message shows file, line and column.
    pub(crate) fn load(name: &str) -> anyhow::Result<Self> {
        if let Some((name, default_world)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Self::embedded(name, default_world);
        }
        let path = Path::new(name);
        if !path.exists() {
            let known = BUILT_IN.map(|(name, _)| format!("`{name}`")).join(", ");
            let hint = match nearest(name, BUILT_IN.map(|(name, _)| name)) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => ".".to_owned(),
            };
            bail!("unknown interface `{name}`{hint} Write {known}, or the path of a WIT file or folder");
        }
        let (resolve, package, uses_embedded_plugin) = own(path)?;
        let (name, path) = (name.to_owned(), Some(path.to_owned()));
        Ok(Self { name, path, resolve, package, default_world: None, uses_embedded_plugin })
    }

    /// The interface and its world that `--interface` and `--world` name, if they name one.
    ///
    /// # Errors
    ///
    /// As [`Self::load`] and [`Self::world`].
    pub(crate) fn given(
        interface: Option<&str>,
        world: Option<&str>,
    ) -> anyhow::Result<Option<(Self, WorldId)>> {
        let Some(name) = interface else { return Ok(None) };
        let interface = Self::load(name)?;
        let world = interface.world(world)?;
        Ok(Some((interface, world)))
    }

    fn embedded(name: &str, default_world: &'static str) -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        resolve.push_group(group("plugin")?)?;
        let package = resolve.push_group(group(name)?)?;
        let (name, default_world) = (name.to_owned(), Some(default_world));
        Ok(Self { name, path: None, resolve, package, default_world, uses_embedded_plugin: true })
    }

    /// All built-in interfaces.
    ///
    /// # Errors
    ///
    /// When one of them cannot be parsed.
    pub(crate) fn built_in() -> anyhow::Result<Vec<Self>> {
        BUILT_IN.iter().map(|(name, default_world)| Self::embedded(name, default_world)).collect()
    }

    /// `witdock:plugin`: the services that every plugin may share with its host.
    ///
    /// # Errors
    ///
    /// When it cannot be parsed.
    pub(crate) fn services() -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        let package = resolve.push_group(group("plugin")?)?;
        let (name, default_world) = ("plugin".to_owned(), Some("stateful"));
        Ok(Self { name, path: None, resolve, package, default_world, uses_embedded_plugin: false })
    }

    /// All worlds of the package, the default first.
    pub(crate) fn worlds(&self) -> Vec<WorldId> {
        let mut worlds: Vec<(bool, WorldId)> = self.resolve.packages[self.package]
            .worlds
            .iter()
            .map(|(name, world)| (!self.is_default(name), *world))
            .collect();
        worlds.sort_by_key(|(is_other, _)| *is_other);
        worlds.into_iter().map(|(_, world)| world).collect()
    }

    /// The world with this name, or the default.
    ///
    /// # Errors
    ///
    /// When the package has no such world, or several and no default.
    pub(crate) fn world(&self, name: Option<&str>) -> anyhow::Result<WorldId> {
        let name = name.or(self.default_world);
        self.resolve.select_world(&[self.package], name).map_err(|error| {
            let worlds: Vec<&str> =
                self.resolve.packages[self.package].worlds.keys().map(String::as_str).collect();
            match (name, worlds.as_slice()) {
                (_, []) => {
                    anyhow!("the interface {} has no world; add one that plugins implement", self.name)
                }
                (Some(name), worlds) => {
                    let hint = match nearest(name, worlds.iter().copied()) {
                        Some(near) => format!("; did you mean `{near}`?"),
                        None => ".".to_owned(),
                    };
                    let worlds = worlds.join(", ");
                    anyhow!("the interface {} has no world `{name}`{hint} Its worlds: {worlds}", self.name)
                }
                (None, [_]) => error,
                (None, worlds) => anyhow!(
                    "the interface {} has several worlds; choose one with --world: {}",
                    self.name,
                    worlds.join(", ")
                ),
            }
        })
    }

    /// Whether this world is the default.
    pub(crate) fn is_default(&self, world: &str) -> bool {
        self.default_world.is_none_or(|default| default == world)
    }

    /// The WIT files of a self-contained folder: the package's own, and its dependencies in `deps`.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        match &self.path {
            None => files.extend(embedded_wit(&self.name, "")),
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
        if self.uses_embedded_plugin {
            files.extend(embedded_wit("plugin", "deps/plugin/"));
        }
        Ok(files)
    }
}

/// Parses the WIT at a path. The flag says whether it used the embedded `witdock:plugin`.
fn own(path: &Path) -> anyhow::Result<(Resolve, PackageId, bool)> {
    let mut resolve = Resolve::default();
    once(&resolve, path)?;
    let error = match resolve.push_path(path) {
        Ok((package, _)) => return Ok((resolve, package, false)),
        Err(error) => error,
    };
    if !misses_plugin(&error) {
        return Err(shown(&resolve, path, error));
    }
    // An interface may use it without having a copy in `deps`.
    let mut resolve = Resolve::default();
    resolve.push_group(group("plugin")?)?;
    once(&resolve, path)?;
    match resolve.push_path(path) {
        Ok((package, _)) => Ok((resolve, package, true)),
        Err(error) => Err(shown(&resolve, path, error)),
    }
}

/// Checks that WIT has no package that is there already.
fn once(resolve: &Resolve, path: &Path) -> anyhow::Result<()> {
    match repeated_package(path, resolve.package_names.keys()) {
        Some(name) => {
            Err(anyhow!("invalid WIT: the package `{name}` is there more than once; keep one in `deps`"))
        }
        None => Ok(()),
    }
}

fn misses_plugin(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<ResolveError>().map(ResolveError::kind);
    matches!(kind, Some(ResolveErrorKind::PackageNotFound { requested, .. })
        if requested.namespace == "witdock" && requested.name == "plugin")
}

/// The error with its position in the source, without the layers around it that repeat the path.
fn shown(resolve: &Resolve, path: &Path, error: anyhow::Error) -> anyhow::Error {
    let error = error
        .downcast::<ParseError>()
        .map(anyhow::Error::from)
        .or_else(|error| error.downcast::<ResolveError>().map(anyhow::Error::from));
    match error {
        Ok(error) => anyhow!("invalid WIT: {}", resolve.render_error(&error)),
        Err(error) => error.context(format!("cannot read the WIT in {}", path.display())),
    }
}

fn group(name: &str) -> anyhow::Result<UnresolvedPackageGroup> {
    let mut map = wit_parser::SourceMap::new();
    for (file, content) in embedded_wit(name, "") {
        map.push(Path::new(&format!("wit/{name}/{file}")), String::from_utf8(content)?);
    }
    Ok(map.parse().map_err(|(_, error)| error)?)
}

/// The embedded WIT files of a package, with a prefix before their names.
fn embedded_wit(package: &str, prefix: &str) -> Vec<(String, Vec<u8>)> {
    embedded::below(&format!("wit/{package}"))
        .filter(|(file, _)| !file.contains('/') && file.ends_with(".wit"))
        .map(|(file, content)| (format!("{prefix}{file}"), content.to_vec()))
        .collect()
}

/// Adds the WIT files directly in a folder.
fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    for (name, is_folder) in entries(folder)? {
        if !is_folder && name.ends_with(".wit") {
            files.push((format!("{prefix}{name}"), read(&folder.join(&name))?));
        }
    }
    Ok(())
}

/// The sorted names in a folder, and whether each is a folder. Empty if the folder does not exist.
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
