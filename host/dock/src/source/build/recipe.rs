//! The `[build]` table of a manifest.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// How a plugin's folder becomes a component. Paths are relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Table")]
#[non_exhaustive]
pub struct Build {
    /// The program to run.
    pub recipe: Recipe,
    /// More files and folders whose change starts a build, for example `../../wit`.
    pub watch: Vec<PathBuf>,
    /// Files and folders whose change starts no build, for example sources that the build generates.
    pub ignore: Vec<PathBuf>,
    /// The world of a core module without a component type.
    pub target_world: Option<TargetWorld>,
}

/// `wit` and `world`: the world of a core module without a component type, such as the output of Go's compiler. It is
/// ignored for a component and for a module with a component type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetWorld {
    /// WIT files and folders, each after its dependencies; the package of the last one defines the world.
    pub wit: Vec<PathBuf>,
    /// The world's name, optional if the package has one world.
    pub world: Option<String>,
}

/// How to build: with cargo, or with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipe {
    /// `language = "rust"`: the folder is a cargo package with a `cdylib`, built in release mode.
    Rust {
        /// The compilation target.
        target: Target,
    },
    /// `command` and `output`: any program that writes a component, or a core module with a
    /// component type, to a known path.
    Command {
        /// The program, found through `PATH`, or relative to the folder if it starts with `./`.
        program: String,
        /// The program's arguments.
        arguments: Vec<String>,
        /// Environment variables for the program, in addition to the host's.
        environment: BTreeMap<String, String>,
        /// The file that the command writes.
        output: PathBuf,
    },
}

/// The compilation target of a Rust plugin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Target {
    /// `wasm32-unknown-unknown`: imports only what the plugin's world imports.
    #[default]
    #[serde(rename = "wasm32-unknown-unknown")]
    Unknown,
    /// `wasm32-wasip2`: the standard library's files, clocks and environment work, if they are granted.
    #[serde(rename = "wasm32-wasip2")]
    Wasip2,
}

impl Target {
    /// The target's triple, as `rustc --target` takes it.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Unknown => "wasm32-unknown-unknown",
            Self::Wasip2 => "wasm32-wasip2",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.triple())
    }
}

/// The table as written, before its keys are checked against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    language: Option<Language>,
    target: Option<Target>,
    command: Option<Vec<String>>,
    output: Option<PathBuf>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    wit: Option<Paths>,
    world: Option<String>,
    #[serde(default)]
    watch: Vec<PathBuf>,
    #[serde(default)]
    ignore: Vec<PathBuf>,
}

/// The forms of `wit`: one path, or a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Language {
    Rust,
}

const RECIPES: &str = "write either `language = \"rust\"`, or `command = [\"npm\", \"run\", \"build\"]` \
                       with `output = \"dist/plugin.wasm\"`";

impl TryFrom<Table> for Build {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let Table { language, target, command, output, env, wit, world, mut watch, ignore } = table;
        if command.is_none() && !env.is_empty() {
            return Err("`env` goes with `command`; remove `env`".into());
        }
        let recipe = match (language, command, output) {
            (Some(Language::Rust), None, None) => Recipe::Rust { target: target.unwrap_or_default() },
            (Some(_), Some(_), _) => {
                return Err(format!("[build] has both `language` and `command`: {RECIPES}"));
            }
            (Some(_), None, Some(_)) => {
                return Err("`output` goes with `command`: with `language = \"rust\"` cargo reports \
                            the output file; remove `output`"
                    .into());
            }
            (None, Some(_), _) if target.is_some() => {
                return Err(
                    "`target` goes with `language`: a command knows its own target; remove `target`".into()
                );
            }
            (None, Some(_), None) => {
                return Err("`command` needs `output`, the file that the command writes, \
                            for example `output = \"dist/plugin.wasm\"`"
                    .into());
            }
            (None, Some(command), Some(output)) => {
                let mut words = command.into_iter();
                let program = words.next().filter(|program| !program.is_empty()).ok_or(
                    "`command` is empty: write the program and its arguments, \
                     for example `command = [\"npm\", \"run\", \"build\"]`",
                )?;
                Recipe::Command { program, arguments: words.collect(), environment: env, output }
            }
            (None, None, _) => {
                return Err(format!("[build] has neither `language` nor `command`: {RECIPES}"));
            }
        };
        let target_world = match (wit, world) {
            (Some(Paths::One(path)), world) => Some(TargetWorld { wit: vec![path], world }),
            (Some(Paths::Several(wit)), world) if !wit.is_empty() => Some(TargetWorld { wit, world }),
            (Some(Paths::Several(_)), _) => {
                return Err(
                    "`wit` is empty: write the folder of the interface, for example `wit = \"wit\"`".into()
                );
            }
            (None, Some(_)) => {
                return Err(
                    "`world` needs `wit`, the file or folder that defines it, for example `wit = \"wit\"`"
                        .into(),
                );
            }
            (None, None) => None,
        };
        // A change of the interface changes the component.
        watch.extend(target_world.iter().flat_map(|target_world| target_world.wit.iter().cloned()));
        Ok(Self { recipe, watch, ignore, target_world })
    }
}
