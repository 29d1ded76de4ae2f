//! `witdock new plugin`.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use wit_parser::WorldId;

use super::dependency::WitdockArgument;
use super::name::Name;
use crate::bindings;
use crate::embedded;
use crate::interface::Interface;
use crate::language::Language;
use crate::project::Project;
use crate::sdk;
use crate::stub::{self, Subject};
use crate::template::Values;

/// The arguments of `witdock new plugin`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PluginArguments {
    /// The plugin's name, in kebab-case
    name: Name,

    /// The interface of the plugin: editor, etl, proxy, or the path of your own WIT file or folder
    #[arg(long, short, value_name = "editor|etl|proxy|PATH")]
    interface: String,

    /// The language to write the plugin in
    #[arg(long, short, value_enum)]
    lang: Language,

    /// The world of the interface, if it has several
    #[arg(long, value_name = "WORLD")]
    world: Option<String>,

    /// The folder to create [default: the plugin's name]
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    witdock: WitdockArgument,
}

const EXAMPLES: &str = "\
Examples:
  witdock new plugin word-count --interface editor --lang rust
  witdock new plugin tidy --interface etl --lang python
  witdock new plugin greet --interface proxy --lang javascript
  # A source for pipelines, instead of a stage
  witdock new plugin lines --interface etl --world source --lang rust
  # A plugin for your own interface
  witdock new plugin blur --interface ../wit --lang c
  witdock new plugin blur --interface photo.wit --world filter --lang go

The project is self-contained: plugin.toml, source to change, tests, the language's SDK in sdk/, and for your own interface its WIT \
in wit/. A project in Rust depends on the witdock crates instead of an SDK. They are not in a registry yet, so it names the \
checkout that witdock was built from, or the one that --witdock names.

Next: witdock build, witdock check, witdock test, witdock dev.";

pub(crate) fn run(arguments: PluginArguments) -> anyhow::Result<ExitCode> {
    let interface = Interface::load(&arguments.interface)?;
    let world = interface.world(arguments.world.as_deref())?;
    let plan = Plan { arguments: &arguments, interface: &interface, world };
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(arguments.name.kebab()));
    let project = plan.project()?;
    project.write(&folder)?;
    println!("{}", plan.report(&folder, &project));
    Ok(ExitCode::SUCCESS)
}

/// The project to create.
struct Plan<'a> {
    arguments: &'a PluginArguments,
    interface: &'a Interface,
    world: WorldId,
}

impl Plan<'_> {
    fn world_name(&self) -> &str {
        &self.interface.resolve.worlds[self.world].name
    }

    fn is_own(&self) -> bool {
        self.interface.path.is_some()
    }

    /// The template's folder in that of its language: the interface's name, and the world's unless it is the default.
    fn flavour(&self) -> String {
        let Interface { name, .. } = self.interface;
        match self.world_name() {
            _ if self.is_own() => "own".to_owned(),
            world if self.interface.is_default(world) => name.clone(),
            world => format!("{name}-{world}"),
        }
    }

    fn project(&self) -> anyhow::Result<Project> {
        let language = self.arguments.lang;
        let flavour = self.flavour();
        if !has_template(language, &flavour) {
            bail!("{}", self.no_template(&flavour));
        }
        let mut project = Project::default();
        let mut values = self.values()?;

        let sdk = if self.is_own() { None } else { Some(&*self.interface.name) };
        for (name, content) in sdk::files(language, sdk) {
            project.add(format!("sdk/{name}"), content);
        }
        if self.is_own() {
            for (name, content) in self.interface.files()? {
                project.add(format!("wit/{name}"), content);
            }
            let bindings = self.bindings()?;
            let type_name = self.arguments.name.pascal();
            let resolve = &self.interface.resolve;
            let subject = Subject { resolve, world: self.world, bindings: &bindings, type_name: &type_name };
            let stub = stub::stub(language, subject)?;
            for (name, content) in bindings {
                project.add(format!("generated/{name}"), content);
            }
            values = values.with("stub", stub.source);
            for (name, content) in stub.files {
                project.add(name, content);
            }
        }
        // The files for all languages, for this language, and for this interface in this language.
        for template in [
            format!("common/{flavour}"),
            format!("{}/common", language.name()),
            format!("{}/{flavour}", language.name()),
        ] {
            project.fill(&format!("templates/plugin/{template}"), &values);
        }
        Ok(project)
    }

    fn values(&self) -> anyhow::Result<Values> {
        let name = &self.arguments.name;
        let world = self.world_name();
        let package = &self.interface.resolve.packages[self.interface.package].name;
        let mut values = Values::default()
            .with("name", name.kebab())
            .with("module", name.snake())
            .with("type", name.pascal())
            .with("world", format!("{}:{}/{world}", package.namespace, package.name))
            .with("world_name", world)
            .with("world_module", world.replace('-', "_"))
            .with("interface", self.interface_argument());
        if self.arguments.lang == Language::Rust {
            let sdk = if self.is_own() { "plugin" } else { &self.interface.name };
            values = values.with(
                "witdock",
                self.arguments.witdock.witdock()?.dependency(&format!("guest-sdk/rust/{sdk}")),
            );
        }
        Ok(values)
    }

    /// The interface as an argument of other commands in the project's folder.
    fn interface_argument(&self) -> &str {
        if self.is_own() { "wit" } else { &self.interface.name }
    }

    /// The bindings for the project's folder `generated`.
    fn bindings(&self) -> anyhow::Result<Vec<bindings::File>> {
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let mut wit = Project::default();
        for (name, content) in self.interface.files()? {
            wit.add(name, content);
        }
        wit.write(folder.path())?;
        bindings::generate(self.arguments.lang, folder.path(), Some(self.world_name()))
    }

    fn no_template(&self, flavour: &str) -> String {
        let what = if self.is_own() {
            "your own interface".to_owned()
        } else {
            format!("the world `{}` of the interface `{}`", self.world_name(), self.interface.name)
        };
        let others: Vec<&str> = Language::value_variants()
            .iter()
            .filter(|language| has_template(**language, flavour))
            .map(|language| language.name())
            .collect();
        let others = if others.is_empty() {
            "no other language has one".to_owned()
        } else {
            format!("languages that have one: {}", others.join(", "))
        };
        format!("{} has no template for {what}; {others}", self.arguments.lang)
    }

    /// The message that lists the next steps.
    fn report(&self, folder: &Path, project: &Project) -> String {
        let name = self.arguments.name.kebab();
        let interface = match self.is_own() {
            true => format!("the interface in {}", self.interface.name),
            false => format!("the interface `{}`", self.interface.name),
        };
        let language = self.arguments.lang;
        let shown = folder.display();
        let mut steps = vec![
            (format!("cd {shown}"), ""),
            ("witdock build".to_owned(), "build the component"),
            (format!("witdock check . --interface {}", self.interface_argument()), "check that it fits"),
        ];
        if project.has(".case") {
            steps.push(("witdock test".to_owned(), "run the cases in tests/"));
        }
        steps.push((language.test_command().to_owned(), "run the native tests"));
        steps.push(("witdock dev .".to_owned(), "build, check and test after each change"));
        if self.interface.name == "editor" && !self.is_own() {
            steps.push(("witdock-edit --plugins .. README.md".to_owned(), "run it in the editor"));
        }
        if project.has("example/pipeline.toml") {
            steps.push(("witdock-etl run example/pipeline.toml".to_owned(), "run it over a few rows"));
        }
        let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
        let mut text = format!("Created the plugin `{name}` in {language} for {interface} in {shown}\n");
        for (command, what) in steps {
            text += format!("\n  {command:width$}  {what}").trim_end();
        }
        if self.interface.name == "etl" && !self.is_own() {
            let (what, table) = match self.world_name() {
                "source" => ("the source", "[source]\n  format = \"plugin\"".to_owned()),
                "sink" => ("a sink", "[[sink]]\n  format = \"plugin\"".to_owned()),
                _ => ("a stage", format!("[[stage]]\n  name = \"{name}\"")),
            };
            text += &format!(
                "\n\nTo use it as {what} of a pipeline, add this to the pipeline's file:\n\n  {table}\n  plugin = \"{shown}\""
            );
        }
        if self.interface.name == "proxy" && !self.is_own() {
            text += &format!(
                "\n\nTo use it in the proxy, add this to `proxy.toml`, and its name to the `filters` of a listener or a route:\n\n  \
                 [filter.{name}]\n  plugin = \"{shown}\""
            );
        }
        text + "\n\nThe project's README.md explains the rest."
    }
}

fn has_template(language: Language, flavour: &str) -> bool {
    embedded::below(&format!("templates/plugin/{}/{flavour}", language.name())).next().is_some()
}
