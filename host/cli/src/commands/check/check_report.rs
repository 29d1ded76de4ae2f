//! The results of the checks, as text and as JSON.

use std::process::ExitCode;

use anstream::println;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;
use witdock::check::Item;
use witdock::{Capability, Misfit, Requested, text};
use witdock_proxy_wasm::Description;

use super::verdict::Verdict;
use crate::plugin_argument::Plugin;
use crate::proxy_wasm;
use crate::style::{bold, dim, green, red, yellow};

/// The results for all plugins.
#[derive(Debug, Serialize)]
pub(super) struct CheckReport {
    pub(super) plugins: Vec<CheckedPlugin>,
}

/// The result for one plugin.
#[derive(Debug, Serialize)]
pub(super) struct CheckedPlugin {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// Why it could not be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    verdict: Option<Verdict>,
    /// The result for the interface of `--upgrade`.
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade: Option<Verdict>,
    /// The grants that it requests.
    wants: Vec<Capability>,
    /// What it says of itself, if it is a Proxy-Wasm module.
    #[serde(skip)]
    proxy_wasm: Option<Description>,
}

impl CheckedPlugin {
    pub(super) fn unreadable(path: String, error: String) -> Self {
        Self {
            path,
            name: None,
            digest: None,
            error: Some(error),
            verdict: None,
            upgrade: None,
            wants: Vec::new(),
            proxy_wasm: None,
        }
    }

    pub(super) fn new(path: String, plugin: &Plugin, verdict: Verdict, upgrade: Option<Verdict>) -> Self {
        let request = plugin.request.clone().unwrap_or_default();
        let requested = verdict
            .fit
            .as_ref()
            .map(|fit| Requested::new(plugin.name.as_str(), plugin.artifact.digest(), &request, fit));
        let capabilities =
            requested.map_or_else(|| request.system().clone(), |requested| requested.capabilities);
        Self {
            path,
            name: Some(plugin.name.clone()),
            digest: Some(plugin.artifact.digest().to_string()),
            error: None,
            verdict: Some(verdict),
            upgrade,
            wants: capabilities.iter().map(Capability::without_version).collect(),
            proxy_wasm: None,
        }
    }

    pub(super) fn described(self, proxy_wasm: Option<Description>) -> Self {
        Self { proxy_wasm, ..self }
    }

    fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.path)
    }

    fn print(&self) {
        let name = bold(self.shown_name());
        if let Some(error) = &self.error {
            println!("{name} {}: {}", red("could not be checked"), text::whole(error));
            return;
        }
        self.print_verdict(&name);
        if let Some(description) = &self.proxy_wasm {
            proxy_wasm::print(description);
        }
    }

    fn print_verdict(&self, name: &str) {
        let Some(verdict) = &self.verdict else { return };
        let chosen = verdict.chosen.as_ref().map(|chosen| format!(" ({chosen})")).unwrap_or_default();
        let world = format!("{}{}", verdict.world, dim(chosen));
        match (&verdict.fit, &verdict.misfit) {
            (Some(fit), _) => {
                println!("{name} {} {world}", green("fits"));
                items("exports", &fit.exports);
                items("imports", &fit.imports);
                items("services", &fit.services);
                items("WASI", &fit.wasi);
                let wants = match self.wants.as_slice() {
                    [] => "nothing".to_owned(),
                    wants => wants
                        .iter()
                        .map(|want| text::line(&want.to_string()).to_string())
                        .collect::<Vec<_>>()
                        .join("\n              "),
                };
                println!("  requests    {wants}");
            }
            (None, Some(misfit)) => {
                println!("{name} {} {world}", red("does not fit"));
                println!("{}", text::whole(&indented(&differences(misfit))));
            }
            (None, None) => {}
        }
    }
}

/// The misfit without its first line, which repeats the title.
fn differences(misfit: &Misfit) -> String {
    let text = misfit.to_string();
    match (misfit.differences(), text.split_once("\n\n")) {
        ([_, ..], Some((_, rest))) => rest.to_owned(),
        _ => text,
    }
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines();
    lines
        .map(|line| if line.is_empty() { String::new() } else { format!("  {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}

fn items(title: &str, items: &[Item]) {
    for (index, item) in items.iter().enumerate() {
        let title = if index == 0 { title } else { "" };
        println!("  {title:<10}  {}", text::line(&item.name.to_string()));
        // Interfaces that only have types, and functions of the world, have no functions of their own.
        if !item.functions.is_empty() {
            println!("  {:<10}    {}", "", text::line(&plain(&item.functions).join(", ")));
        }
    }
}

/// Functions as people write them: `session.process` for `[method]session.process`.
fn plain(functions: &[String]) -> Vec<&str> {
    functions.iter().map(|name| name.split_once(']').map_or(name.as_str(), |(_, item)| item)).collect()
}

impl CheckReport {
    pub(super) fn print(&self) {
        for (index, checked) in self.plugins.iter().enumerate() {
            if index > 0 {
                println!();
            }
            checked.print();
        }
        if self.plugins.len() > 1 {
            let fit =
                self.plugins.iter().filter(|checked| checked.verdict.as_ref().is_some_and(|it| it.fits));
            println!("\n{} of {} fit", fit.count(), self.plugins.len());
        }
    }

    /// A table of the plugins with both versions, and the reasons below it.
    pub(super) fn print_upgrade(&self, now: &str, new: &str) {
        let width =
            self.plugins.iter().map(|checked| checked.shown_name().width()).chain([6]).max().unwrap_or(6);
        let column = now.width().max("does not fit".len());
        println!("{}", bold(format!("{:width$}  {:column$}  {}", "plugin", now, new)));
        for checked in &self.plugins {
            let name = checked.shown_name();
            let cell = |verdict: &Option<Verdict>, width: usize| match verdict {
                Some(verdict) if verdict.fits => green(format!("{:width$}", "fits")),
                Some(_) => red(format!("{:width$}", "does not fit")),
                None => yellow(format!("{:width$}", "unknown")),
            };
            let row =
                format!("{name:width$}  {}  {}", cell(&checked.verdict, column), cell(&checked.upgrade, 0));
            println!("{}", row.trim_end());
        }
        for checked in &self.plugins {
            let name = bold(checked.shown_name());
            let before = checked.verdict.as_ref().and_then(|verdict| verdict.misfit.as_ref());
            let after =
                checked.upgrade.as_ref().and_then(|verdict| Some((verdict, verdict.misfit.as_ref()?)));
            match (&checked.error, after) {
                (Some(error), _) => println!("\n{name} could not be checked: {}", text::whole(error)),
                (None, Some((verdict, misfit))) => {
                    let also = if before.is_some() { " (nor does it fit the current version)" } else { "" };
                    println!(
                        "\n{name} does not fit {}{also}:\n{}",
                        verdict.world,
                        text::whole(&indented(&differences(misfit)))
                    );
                }
                (None, None) => {}
            }
        }
        let broken = self.plugins.iter().filter(|checked| checked.breaks()).count();
        println!(
            "\n{}",
            match broken {
                0 => green("the upgrade breaks no plugin"),
                1 => red("the upgrade breaks 1 plugin"),
                count => red(format!("the upgrade breaks {count} plugins")),
            }
        );
    }

    /// The error, if the only plugin could not be checked.
    pub(super) fn only_error(&self) -> Option<&str> {
        match self.plugins.as_slice() {
            [only] => only.error.as_deref(),
            _ => None,
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        let fits = |checked: &CheckedPlugin| {
            let verdict = checked.upgrade.as_ref().or(checked.verdict.as_ref());
            verdict.is_some_and(|verdict| verdict.fits)
        };
        if self.plugins.iter().any(|checked| checked.error.is_some()) {
            ExitCode::from(2)
        } else if self.plugins.iter().all(fits) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl CheckedPlugin {
    /// Whether it fits the current interface, but not the new version.
    fn breaks(&self) -> bool {
        let fits = |verdict: &Option<Verdict>| verdict.as_ref().map(|verdict| verdict.fits);
        fits(&self.verdict) == Some(true) && fits(&self.upgrade) == Some(false)
    }
}
