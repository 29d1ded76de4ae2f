//! `witdock new plugin`.

#![allow(clippy::indexing_slicing, reason = "an arena of wit-parser has what its own ids say")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

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

/// What is given to `witdock new plugin`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PluginArguments {
    /// What the plugin is called, in kebab-case
    name: Name,

    /// What the plugin is for: `editor`, `etl`, or the path of a WIT file or folder of your own
    #[arg(long, short, value_name = "editor|etl|PATH")]
    interface: String,

    /// What the plugin is written in
    #[arg(long, short, value_enum)]
    lang: Language,

    /// The world of the interface, where it has several
    #[arg(long, value_name = "WORLD")]
    world: Option<String>,

    /// The project's folder; the default is the plugin's name
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    witdock: WitdockArgument,
}

const EXAMPLES: &str = "\
Examples:
  witdock new plugin word-count --interface editor --lang rust
  witdock new plugin tidy --interface etl --lang python
  witdock new plugin lines --interface etl --world source --lang rust
  witdock new plugin blur --interface ../wit --lang c        a plugin for an interface of your own
  witdock new plugin blur --interface photo.wit --world filter --lang go

The project stands alone: it holds plugin.toml, a body to change, tests, the SDK of its language in sdk/, and the WIT of an interface
of your own in wit/. A project in Rust depends on the witdock crates instead; they are in no registry yet, so it names the checkout
that this program was built from, or what --witdock says.

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

/// A plugin to be.
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

    /// The template's folder within its language's: the interface's, for a world beside the usual one with its name.
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
        // What is the same in all languages, in this language, and for this interface alone.
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

    /// How the other subcommands are told of the interface in the project's folder.
    fn interface_argument(&self) -> &str {
        if self.is_own() { "wit" } else { &self.interface.name }
    }

    /// The bindings in the project's `generated/`.
    fn bindings(&self) -> anyhow::Result<Vec<bindings::File>> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let mut wit = Project::default();
        for (name, content) in self.interface.files()? {
            wit.add(name, content);
        }
        wit.write(folder.path())?;
        bindings::generate(self.arguments.lang, folder.path(), Some(self.world_name()))
    }

    fn no_template(&self, flavour: &str) -> String {
        let what = if self.is_own() {
            "an interface of one's own".to_owned()
        } else {
            format!("the world `{}` of the interface `{}`", self.world_name(), self.interface.name)
        };
        let others: Vec<&str> = Language::value_variants()
            .iter()
            .filter(|language| has_template(**language, flavour))
            .map(|language| language.name())
            .collect();
        let others = if others.is_empty() {
            "and in no other language either".to_owned()
        } else {
            format!("there is one in {}", others.join(", "))
        };
        format!("there is no template in {} for {what}; {others}", self.arguments.lang)
    }

    /// What was made, and what to do with it.
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
            ("witdock build".to_owned(), "makes the component"),
            (format!("witdock check . --interface {}", self.interface_argument()), "says whether it fits"),
        ];
        if project.has(".case") {
            steps.push(("witdock test".to_owned(), "runs the cases in tests/"));
        }
        steps.push((language.test_command().to_owned(), "runs the tests of its own, natively"));
        steps.push(("witdock dev .".to_owned(), "does it all again at each change"));
        if self.interface.name == "editor" && !self.is_own() {
            steps.push(("witdock-edit --plugins .. README.md".to_owned(), "runs it in the editor"));
        }
        if project.has("example/pipeline.toml") {
            steps.push(("witdock-etl run example/pipeline.toml".to_owned(), "runs it over a few rows"));
        }
        let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
        let mut text = format!("Made the plugin `{name}` in {language} for {interface}: {shown}\n");
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
                "\n\nAs {what} of a pipeline, in the file that `witdock-etl run` takes:\n\n  {table}\n  plugin = \"{shown}\""
            );
        }
        text + "\n\nREADME.md there says the rest."
    }
}

fn has_template(language: Language, flavour: &str) -> bool {
    embedded::below(&format!("templates/plugin/{}/{flavour}", language.name())).next().is_some()
}
