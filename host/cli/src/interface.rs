//! Interfaces by name or by path: WIT packages with the worlds of their plugins.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use wit_parser::{PackageId, Resolve, UnresolvedPackageGroup, WorldId};

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
}

impl Interface {
    /// Parses a built-in interface, or the WIT file or folder at a path.
    ///
    /// # Errors
    ///
    /// When there is no such interface, or the WIT is wrong: with file, line and caret.
    pub(crate) fn load(name: &str) -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        // Interfaces of one's own may build on it without having a copy.
        let plugin = group("plugin")?;
        if let Some((_, default_world)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            resolve.push_group(plugin)?;
            let package = resolve.push_group(group(name)?)?;
            let (name, default_world) = (name.to_owned(), Some(*default_world));
            return Ok(Self { name, path: None, resolve, package, default_world });
        }
        let path = Path::new(name);
        if !path.exists() {
            let known = BUILT_IN.map(|(name, _)| format!("`{name}`")).join(", ");
            bail!("there is no interface `{name}`: write {known}, or the path of a WIT file or folder");
        }
        let (package, _) = resolve.push_path(path).with_context(|| format!("the WIT in {name}"))?;
        Ok(Self { name: name.to_owned(), path: Some(path.to_owned()), resolve, package, default_world: None })
    }

    /// The world of this name, or the one that plugins have.
    ///
    /// # Errors
    ///
    /// When there is none, or several to choose from.
    pub(crate) fn world(&self, name: Option<&str>) -> anyhow::Result<WorldId> {
        let name = name.or(self.default_world);
        self.resolve
            .select_world(&[self.package], name)
            .with_context(|| format!("the interface {}", self.name))
    }
}

fn group(name: &str) -> anyhow::Result<UnresolvedPackageGroup> {
    let mut map = wit_parser::SourceMap::new();
    for (file, content) in embedded::below(&format!("wit/{name}")).filter(|(file, _)| !file.contains('/')) {
        map.push(Path::new(&format!("wit/{name}/{file}")), std::str::from_utf8(content)?);
    }
    Ok(map.parse().map_err(|(_, error)| error)?)
}
