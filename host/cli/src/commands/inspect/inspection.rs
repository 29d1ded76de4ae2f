//! The description of a component, as text and as JSON.

use std::path::Path;

use anstream::println;
use anyhow::Context;
use serde::Serialize;
use witdock::grants::Request;
use witdock::text;

use crate::component::{Component, Function, Layout, Provider, Purpose};
use crate::plugin_argument::Plugin;
use crate::size;
use crate::style::{bold, cyan, dim};

/// A component's imports, exports, requested grants, sizes and world.
#[derive(Debug, Serialize)]
pub(super) struct Inspection {
    name: String,
    path: String,
    digest: String,
    #[serde(flatten)]
    layout: Layout,
    exports: Vec<Interface>,
    imports: Vec<Interface>,
    /// The grants that the manifest requests; `null` without a manifest.
    request: Option<Request>,
    wit: String,
}

/// An imported or exported interface, or the functions of the world itself.
#[derive(Debug, Serialize)]
struct Interface {
    /// `null` for the functions of the world itself.
    name: Option<String>,
    #[serde(rename = "capability", skip_serializing_if = "Option::is_none")]
    purpose: Option<Purpose>,
    /// The functions with their types, in WIT.
    functions: Vec<String>,
}

impl Inspection {
    pub(super) fn new(
        path: &Path,
        plugin: &Plugin,
        component: &Component,
        wit: String,
    ) -> anyhow::Result<Self> {
        let layout = Layout::of(plugin.artifact.bytes()).context("the component is invalid")?;
        let mut imports = interfaces(component, &component.imports);
        for interface in &mut imports {
            interface.purpose = Some(Purpose::of(interface.name.as_deref().unwrap_or_default()));
        }
        imports.sort_by_key(|interface| interface.purpose.map(|purpose| purpose.provider));
        Ok(Self {
            name: plugin.name.clone(),
            path: path.display().to_string(),
            digest: plugin.artifact.digest().to_string(),
            layout,
            exports: interfaces(component, &component.exports),
            imports,
            request: plugin.request.clone(),
            wit,
        })
    }

    /// Prints everything. `world` is the WIT of the world without the packages that it uses.
    pub(super) fn print(&self, world: &str) {
        let title = |text: &str| println!("\n{}", bold(text));
        println!("{}  {}  {}", bold(&self.name), size::short(self.layout.bytes), dim(&self.path));
        println!("{}", dim(format!("sha256 {}", self.digest)));

        title("Exports");
        if self.exports.is_empty() {
            println!("  nothing");
        }
        for interface in &self.exports {
            interface.print();
        }

        title("Imports");
        if self.imports.is_empty() {
            println!("  nothing");
        }
        self.print_imports();

        title("Requests");
        self.print_request();

        title("Produced by");
        if self.layout.producers.is_empty() {
            println!("  (unknown)");
        }
        for (field, values) in &self.layout.producers {
            println!("  {:<13} {}", text::name(field).to_string(), text::line(&values.join(", ")));
        }

        title("Bytes");
        self.print_layout();

        title("World");
        for line in world.trim_end().lines().filter(|line| !line.is_empty()) {
            println!("  {}", text::line(line));
        }
        println!("  {}", dim("// --wit prints all interfaces and types"));
    }

    fn print_imports(&self) {
        let of = |provider| {
            self.imports.iter().filter(move |interface| {
                interface.purpose.is_some_and(|purpose| purpose.provider == provider)
            })
        };
        for (provider, title) in [
            (Provider::Application, "from the application"),
            (Provider::Witdock, "from witdock, for every plugin"),
        ] {
            if of(provider).next().is_some() {
                println!("  {}", cyan(title));
            }
            for interface in of(provider) {
                interface.print_below("  ");
            }
        }
        if of(Provider::System).next().is_some() {
            println!("  {}", cyan("from the system (WASI)"));
        }
        for interface in of(Provider::System) {
            let Some(purpose) = interface.purpose else { continue };
            let grant = purpose.grant.map(|grant| format!(": {grant}")).unwrap_or_default();
            let name = interface.name.as_deref().unwrap_or_default();
            println!("    {:<38} {}", text::line(name).to_string(), dim(format!("{}{grant}", purpose.name)));
        }
    }

    fn print_request(&self) {
        let Some(request) = &self.request else {
            println!(
                "  {}",
                dim("(no manifest: the application's interfaces that it imports, and nothing of the system)")
            );
            return;
        };
        match request.imports() {
            None => println!("  {}", dim("import: every interface of the application that it imports")),
            Some([]) => println!("  {}", dim("import: none")),
            Some(names) => names.iter().for_each(|name| println!("  import {name}")),
        }
        for capability in request.system() {
            println!("  {}", text::line(&capability.to_string()));
        }
    }

    fn print_layout(&self) {
        let layout = &self.layout;
        println!(
            "  {}",
            dim(format!(
                "{:<32} {:>10} {:>10} {:>10} {:>10} {:>10} {:>6}",
                "core module", "bytes", "code", "data", "DWARF", "custom", "funcs"
            ))
        );
        for (index, module) in layout.modules.iter().enumerate() {
            let name = module.name.clone().unwrap_or_else(|| format!("module {index}"));
            let name: String = text::name(&name).to_string().chars().take(32).collect();
            let custom: usize = module.custom.values().sum();
            println!(
                "  {name:<32} {:>10} {:>10} {:>10} {:>10} {:>10} {:>6}",
                size::short(module.bytes),
                size::short(module.code),
                size::short(module.data),
                size::short(module.dwarf),
                size::short(custom),
                module.functions,
            );
        }
        let modules: usize = layout.modules.iter().map(|module| module.bytes).sum();
        let custom: usize = layout.custom.values().sum();
        println!(
            "  {:<32} {:>10}",
            "types and wiring",
            size::short(layout.bytes.saturating_sub(modules + custom))
        );
        for (name, bytes) in &layout.custom {
            println!("  {:<32} {:>10}", format!("custom section {}", text::name(name)), size::short(*bytes));
        }
        let memory: u64 = layout.modules.iter().map(|module| module.memory_bytes).sum();
        println!(
            "  {:<32} {:>10}",
            "memory at the start",
            size::short(usize::try_from(memory).unwrap_or(usize::MAX))
        );
    }
}

impl Interface {
    fn print(&self) {
        self.print_below("");
    }

    fn print_below(&self, indent: &str) {
        println!("  {indent}{}", text::line(self.name.as_deref().unwrap_or("the world itself")));
        for function in &self.functions {
            println!("    {indent}{}", dim(function));
        }
    }
}

/// The functions by interface. Interfaces without functions are left out.
fn interfaces(component: &Component, functions: &[Function]) -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for function in functions {
        let signature = function.signature(&component.resolve);
        match interfaces.last_mut().filter(|interface| interface.name == function.interface) {
            Some(interface) => interface.functions.push(signature),
            None => interfaces.push(Interface {
                name: function.interface.clone(),
                purpose: None,
                functions: vec![signature],
            }),
        }
    }
    interfaces
}
