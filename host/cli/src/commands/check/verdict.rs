//! Compares one plugin with one interface, and chooses the world if none is named.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::path::Path;

use anyhow::bail;
use serde::Serialize;
use wit_parser::{WorldId, WorldItem};
use witdock::{Fit, Misfit};

use crate::fit::{self, Names, bare};
use crate::interface::Interface;
use crate::plugin_argument::Plugin;

/// The result of comparing a plugin with an interface.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) interface: String,
    /// The world's full name.
    pub(super) world: String,
    #[serde(skip)]
    world_name: String,
    /// How the interface or world was chosen, if it was not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chosen: Option<String>,
    pub(super) fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Fit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) misfit: Option<Misfit>,
}

impl Verdict {
    /// Compares a plugin with an interface. If none is given, with the built-in one whose exports it has, or the one in the project's
    /// folder `wit`.
    ///
    /// # Errors
    ///
    /// When no interface is given and none is found, or the interface has no such world.
    pub(super) fn of(
        path: &Path,
        plugin: &Plugin,
        interface: Option<&Interface>,
        world: Option<&str>,
    ) -> anyhow::Result<Self> {
        // Bytes that are not a component have no names, and the check explains what they are.
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
                    let chosen = "chosen by its exports".to_owned();
                    (&guessed, world, Some(chosen))
                }
                None => {
                    let own = path.join("wit");
                    if !own.is_dir() {
                        return Err(unknown(plugin, &names));
                    }
                    guessed = Interface::load(&own.to_string_lossy())?;
                    let (world, _) = world_of(&guessed, None, &names)?;
                    (&guessed, world, Some("from the WIT in its folder".to_owned()))
                }
            },
        };
        Self::against(plugin, interface, world, chosen)
    }

    /// Compares a plugin with a new version of the interface: with the world of the same name, if there is one.
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
        witdock::check(plugin.artifact.bytes(), witdock::SERVICES, &[])
    {
        return anyhow::anyhow!("{}: {reason}", plugin.name);
    }
    let exports = match names.exports.as_slice() {
        [] => "it exports nothing".to_owned(),
        names => format!("it exports {}", names.join(", ")),
    };
    anyhow::anyhow!(
        "{}: cannot tell which interface the plugin is for: {exports}. Name it with --interface PATH, a WIT file or folder",
        plugin.name
    )
}

/// The named world, or the one whose exports the component has, and how it was chosen.
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
        Some(world) => Ok((*world, Some("chosen by its exports".into()))),
        // A comparison with the default world shows what is missing.
        None => match interface.world(None) {
            Ok(world) => Ok((world, Some("the default world: its exports match no world".into()))),
            Err(error) => bail!(error),
        },
    }
}
