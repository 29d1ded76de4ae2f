//! The tools that each language needs to build plugins: which ones are installed, and how to install the others.

mod need;
mod probe;
mod system;

use std::thread;

use serde::Serialize;

use crate::language::Language;
use need::Need;
use system::System;

/// A tool, found or missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// The version that it prints, or `None` if it is missing.
    pub(crate) found: Option<String>,
    /// Why a tool that was found cannot be used.
    pub(crate) problem: Option<String>,
    /// The command that installs it, or the page that explains it.
    pub(crate) install: String,
}

impl Tool {
    /// Whether plugins can be built with it.
    pub(crate) fn is_ready(&self) -> bool {
        self.found.is_some() && self.problem.is_none()
    }
}

/// The tools of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Toolchain {
    #[serde(serialize_with = "name")]
    pub(crate) language: Language,
    pub(crate) complete: bool,
    pub(crate) tools: Vec<Tool>,
    /// What the first build downloads by itself.
    pub(crate) fetched: &'static str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn name<S: serde::Serializer>(language: &Language, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(language.name())
}

impl Toolchain {
    /// Looks for a language's tools by running each of them once.
    pub(crate) fn of(language: Language) -> Self {
        let system = System::here();
        let needs = need::of(language);
        // Each one takes about a tenth of a second.
        let tools: Vec<Tool> = thread::scope(|scope| {
            let looks: Vec<_> = needs.iter().map(|need| scope.spawn(|| look(need, &system))).collect();
            looks.into_iter().filter_map(|look| look.join().ok()).collect()
        });
        let complete = tools.len() == needs.len() && tools.iter().all(Tool::is_ready);
        Self { language, complete, tools, fetched: need::fetched(language) }
    }

    /// The missing tools with the commands that install them, or `None` if there are none.
    pub(crate) fn missing(&self) -> Option<String> {
        let missing = self.tools.iter().filter(|tool| !tool.is_ready());
        let lines: Vec<String> = missing
            .map(|tool| {
                let why = tool.problem.as_deref().unwrap_or("not found");
                format!("{} needs {} ({why}). Install it:\n  {}", self.language, tool.name, tool.install)
            })
            .collect();
        if lines.is_empty() { None } else { Some(lines.join("\n")) }
    }
}

fn look(need: &Need, system: &System) -> Tool {
    let (found, problem) = match (need.probe)() {
        None => (None, None),
        Some(found) => {
            let problem = need.at_least.and_then(|wanted| {
                let is_old = probe::version(&found).is_some_and(|version| version < wanted);
                is_old.then(|| format!("{}.{} or newer is required", wanted.0, wanted.1))
            });
            (Some(found), problem)
        }
    };
    Tool { name: need.name, found, problem, install: (need.install)(system) }
}
