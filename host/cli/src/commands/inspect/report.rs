//! What is in a component, for people and for programs.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use witdock::grants::Request;

use crate::component::{Capability, Component, Function, Layout, Lender, signature};
use crate::paint::Paint;
use crate::plugin_argument::Plugin;

/// What is in a component.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    name: String,
    path: String,
    digest: String,
    #[serde(flatten)]
    layout: Layout,
    exports: Vec<Interface>,
    imports: Vec<Interface>,
    /// What the manifest requests; `null` where there is none.
    request: Option<Request>,
    wit: String,
}

/// An interface that is imported or exported, or the functions of the world itself.
#[derive(Debug, Serialize)]
struct Interface {
    /// `null` for what stands in the world itself.
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capability: Option<Capability>,
    /// Their types, in WIT.
    functions: Vec<String>,
}

impl Report {
    pub(super) fn new(
        path: &Path,
        plugin: &Plugin,
        component: &Component,
        wit: String,
    ) -> anyhow::Result<Self> {
        let layout = Layout::of(plugin.artifact.bytes()).context("the component is damaged")?;
        let mut imports = interfaces(component, &component.imports);
        for interface in &mut imports {
            interface.capability = Some(Capability::of(interface.name.as_deref().unwrap_or_default()));
        }
        imports.sort_by_key(|interface| interface.capability.map(|capability| capability.lender));
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

    /// `world` is the world's WIT without the types that it uses.
    pub(super) fn print(&self, world: &str) {
        let paint = Paint::stdout();
        let title = |text: &str| println!("\n{}", paint.bold(text));
        println!("{}  {}  {}", paint.bold(&self.name), size(self.layout.bytes), paint.dim(&self.path));
        println!("{}", paint.dim(format!("sha256 {}", self.digest)));

        title("Exports");
        if self.exports.is_empty() {
            println!("  nothing");
        }
        for interface in &self.exports {
            interface.print(paint);
        }

        title("Imports");
        if self.imports.is_empty() {
            println!("  nothing");
        }
        self.print_imports(paint);

        title("Asks for");
        self.print_request(paint);

        title("Made with");
        if self.layout.producers.is_empty() {
            println!("  (the component does not say)");
        }
        for (field, values) in &self.layout.producers {
            println!("  {field:<13} {}", values.join(", "));
        }

        title("Bytes");
        self.print_layout(paint);

        title("World");
        for line in world.trim_end().lines().filter(|line| !line.is_empty()) {
            println!("  {line}");
        }
        println!("  {}", paint.dim("// --wit prints it with all interfaces and types"));
    }

    fn print_imports(&self, paint: Paint) {
        let of = |lender| {
            self.imports.iter().filter(move |interface| {
                interface.capability.is_some_and(|capability| capability.lender == lender)
            })
        };
        for (lender, title) in
            [(Lender::Application, "of the application"), (Lender::Witdock, "of witdock, for every plugin")]
        {
            if of(lender).next().is_some() {
                println!("  {}", paint.cyan(title));
            }
            for interface in of(lender) {
                interface.print_below(paint, "  ");
            }
        }
        if of(Lender::System).next().is_some() {
            println!("  {}", paint.cyan("of the system (WASI)"));
        }
        for interface in of(Lender::System) {
            let Some(capability) = interface.capability else { continue };
            let grant = capability.grant.map(|grant| format!(": {grant}")).unwrap_or_default();
            let name = interface.name.as_deref().unwrap_or_default();
            println!("    {name:<38} {}", paint.dim(format!("{}{grant}", capability.name)));
        }
    }

    fn print_request(&self, paint: Paint) {
        let Some(request) = &self.request else {
            println!("  {}", paint.dim("(there is no manifest: its imports, and nothing of the system)"));
            return;
        };
        let list = |name: &str, values: &[String]| {
            if !values.is_empty() {
                println!("  {name:<9} {}", values.join(", "));
            }
        };
        match &request.imports {
            None => println!("  {:<9} {}", "imports", paint.dim("whatever it imports of the application")),
            Some(imports) if imports.is_empty() => println!("  {:<9} none", "imports"),
            Some(imports) => list("imports", imports),
        }
        let folders: Vec<String> =
            request.folders.iter().map(|folder| format!("{} ({})", folder.path, folder.access)).collect();
        list("folders", &folders);
        list("env", &request.env);
        list("network", &request.network);
        let switches = [(request.clocks, "clocks"), (request.random, "random"), (request.stdio, "stdio")];
        let on: Vec<String> =
            switches.iter().filter(|(is_on, _)| *is_on).map(|(_, name)| (*name).into()).collect();
        list("system", &on);
    }

    fn print_layout(&self, paint: Paint) {
        let layout = &self.layout;
        println!(
            "  {}",
            paint.dim(format!(
                "{:<32} {:>10} {:>10} {:>10} {:>10} {:>10} {:>6}",
                "core module", "bytes", "code", "data", "DWARF", "custom", "funcs"
            ))
        );
        for (index, module) in layout.modules.iter().enumerate() {
            let name = module.name.clone().unwrap_or_else(|| format!("module {index}"));
            let name: String = name.chars().filter(|c| !c.is_control()).take(32).collect();
            let custom: usize = module.custom.values().sum();
            println!(
                "  {name:<32} {:>10} {:>10} {:>10} {:>10} {:>10} {:>6}",
                size(module.bytes),
                size(module.code),
                size(module.data),
                size(module.dwarf),
                size(custom),
                module.functions,
            );
        }
        let modules: usize = layout.modules.iter().map(|module| module.bytes).sum();
        let custom: usize = layout.custom.values().sum();
        println!("  {:<32} {:>10}", "types and wiring", size(layout.bytes.saturating_sub(modules + custom)));
        for (name, bytes) in &layout.custom {
            println!("  {:<32} {:>10}", format!("custom section {name}"), size(*bytes));
        }
        let memory: u64 = layout.modules.iter().map(|module| module.memory_bytes).sum();
        println!(
            "  {:<32} {:>10}",
            "memory at the start",
            size(usize::try_from(memory).unwrap_or(usize::MAX))
        );
    }
}

impl Interface {
    fn print(&self, paint: Paint) {
        self.print_below(paint, "");
    }

    fn print_below(&self, paint: Paint, indent: &str) {
        println!("  {indent}{}", self.name.as_deref().unwrap_or("in the world itself"));
        for function in &self.functions {
            println!("    {indent}{}", paint.dim(function));
        }
    }
}

/// Functions under their interfaces. One of types alone is not there.
fn interfaces(component: &Component, functions: &[Function]) -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for function in functions {
        let signature = signature(&component.resolve, function);
        match interfaces.last_mut().filter(|interface| interface.name == function.interface) {
            Some(interface) => interface.functions.push(signature),
            None => interfaces.push(Interface {
                name: function.interface.clone(),
                capability: None,
                functions: vec![signature],
            }),
        }
    }
    interfaces
}

/// Bytes as a person reads them.
fn size(bytes: usize) -> String {
    match bytes {
        0 => "-".to_owned(),
        bytes if bytes >= 1 << 20 => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        bytes if bytes >= 1 << 10 => format!("{:.1} KiB", bytes as f64 / f64::from(1 << 10)),
        bytes => format!("{bytes} B"),
    }
}
