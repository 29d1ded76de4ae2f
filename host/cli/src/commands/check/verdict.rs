//! Whether one plugin fits one interface, and which of its worlds was meant.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::path::Path;

use anyhow::bail;
use serde::Serialize;
use wit_parser::{WorldId, WorldItem};
use witdock::{Fit, Misfit};

use crate::fit::{self, Names, bare};
use crate::interface::Interface;
use crate::plugin_argument::Plugin;

/// What came of comparing a plugin with an interface.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) interface: String,
    /// The world's full name.
    pub(super) world: String,
    #[serde(skip)]
    world_name: String,
    /// Why this interface or world, where it was not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chosen: Option<String>,
    pub(super) fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Fit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) misfit: Option<Misfit>,
}

impl Verdict {
    /// Compares a plugin with an interface, or with the one that it seems to be made for: a built-in one, or that whose WIT is in
    /// the project's folder.
    ///
    /// # Errors
    ///
    /// When no interface is named and none is likely, or the interface has no such world.
    pub(super) fn of(
        path: &Path,
        plugin: &Plugin,
        interface: Option<&Interface>,
        world: Option<&str>,
    ) -> anyhow::Result<Self> {
        // What is no component has no names, and the check says what it is.
        let names = Names::of(plugin.artifact.bytes()).unwrap_or_default();
        let guessed;
        let (interface, world, chosen) = match interface {
            Some(interface) => {
                let (world, chosen) = world_of(interface, world, &names)?;
                (interface, world, chosen)
            }
            None => match names.interface()? {
                Some((interface, world)) => {
                    guessed = interface;
                    let chosen = "by what it exports".to_owned();
                    (&guessed, world, Some(chosen))
                }
                None => {
                    let own = path.join("wit");
                    if !own.is_dir() {
                        return Err(unknown(plugin, &names));
                    }
                    guessed = Interface::load(&own.to_string_lossy())?;
                    let (world, _) = world_of(&guessed, None, &names)?;
                    (&guessed, world, Some("by the WIT in its folder".to_owned()))
                }
            },
        };
        Self::against(plugin, interface, world, chosen)
    }

    /// Compares a plugin with what an interface is to become: with the world of the same name, if there is one.
    ///
    /// # Errors
    ///
    /// When the interface has no such world.
    pub(super) fn after(&self, plugin: &Plugin, upgrade: &Interface) -> anyhow::Result<Self> {
        let names = Names::of(plugin.artifact.bytes()).unwrap_or_default();
        let world = upgrade.resolve.packages[upgrade.package].worlds.get(&self.world_name);
        let (world, chosen) = match world {
            Some(world) => (*world, None),
            None => world_of(upgrade, None, &names)?,
        };
        Self::against(plugin, upgrade, world, chosen)
    }

    fn against(
        plugin: &Plugin,
        interface: &Interface,
        world: WorldId,
        chosen: Option<String>,
    ) -> anyhow::Result<Self> {
        let world_name = interface.resolve.worlds[world].name.clone();
        let full = interface.resolve.id_of_name(interface.package, &world_name);
        let (fit, misfit) = match fit::check(plugin.artifact.bytes(), interface, world)? {
            Ok(fit) => (Some(fit), None),
            Err(misfit) => (None, Some(misfit)),
        };
        let interface = interface.name.clone();
        Ok(Self { interface, world: full, world_name, chosen, fits: fit.is_some(), fit, misfit })
    }
}

fn unknown(plugin: &Plugin, names: &Names) -> anyhow::Error {
    if let Err(witdock::Misfit::NotAComponent(reason)) =
        witdock::check(plugin.artifact.bytes(), witdock::check::SERVICES, &[])
    {
        return anyhow::anyhow!("{}: {reason}", plugin.name);
    }
    let exports = match names.exports.as_slice() {
        [] => "it exports nothing".to_owned(),
        names => format!("it exports {}", names.join(", ")),
    };
    anyhow::anyhow!(
        "{}: made for neither editor nor etl, as it seems: {exports}. Name its interface: --interface PATH, a WIT file or folder",
        plugin.name
    )
}

/// The world that is named, or the one whose exports the component has.
fn world_of(
    interface: &Interface,
    named: Option<&str>,
    names: &Names,
) -> anyhow::Result<(WorldId, Option<String>)> {
    if named.is_some() {
        return Ok((interface.world(named)?, None));
    }
    let worlds = interface.worlds();
    if let [only] = worlds.as_slice() {
        return Ok((*only, None));
    }
    let has = |world: &WorldId| {
        let exports = &interface.resolve.worlds[*world].exports;
        let mut wanted =
            exports.iter().filter(|(_, item)| !matches!(item, WorldItem::Type { .. })).peekable();
        let is_plugins = wanted.peek().is_some();
        is_plugins
            && wanted.all(|(key, _)| {
                let wanted = interface.resolve.name_world_key(key);
                names.exports.iter().any(|name| bare(name) == bare(&wanted))
            })
    };
    match worlds.iter().find(|world| has(world)) {
        Some(world) => Ok((*world, Some("the world whose exports it has".into()))),
        // Compared with the usual one, it is said what is missing.
        None => match interface.world(None) {
            Ok(world) => Ok((world, Some("the usual world: it has the exports of none".into()))),
            Err(error) => bail!(error),
        },
    }
}
