//! Bindings for Go: the module `witdock/generated`, and the module `witdock/wit` that generated code needs at run time.
//!
//! wit-bindgen expects the exported functions in the packages that it generates. Here they become variables that the plugin sets, and
//! an exported resource holds a value of the plugin's. So a plugin has its own package, and the bindings can be replaced as a whole.

use std::fmt::Write;

use anyhow::bail;
use wit_bindgen_core::wit_parser::{Resolve, WorldId};

use super::{File, run};
use crate::embedded;

/// The name of the bindings' module.
const MODULE: &str = "witdock/generated";
/// The module of the runtime.
const RUNTIME: &str = "witdock/wit";
/// The runtime's folder in the output. The SDKs of this repository share `guest-sdk/go/runtime` instead.
pub(super) const RUNTIME_FOLDER: &str = "wit/";
/// The path from which the generator imports the runtime.
const UPSTREAM_RUNTIME: &str = "go.bytecodealliance.org/pkg/wit";

pub(super) fn generate(resolve: &mut Resolve, world: WorldId) -> anyhow::Result<Vec<File>> {
    let options = wit_bindgen_go::Opts {
        format: wit_bindgen_go::Format::False,
        generate_stubs: true,
        pkg_name: Some(MODULE.to_owned()),
        ..Default::default()
    };
    let module = format!("module {MODULE}\n\ngo 1.25\n\nrequire {RUNTIME} v0.0.0\n");
    let mut files = vec![("go.mod".to_owned(), module.into_bytes())];
    for (name, content) in run(|| options.build(), resolve, world)? {
        let text = String::from_utf8(content)?.replace(UPSTREAM_RUNTIME, RUNTIME);
        if ["witAsync", "FutureReader", "StreamReader"].iter().any(|part| text.contains(part)) {
            bail!(
                "the world has async functions, futures or streams, which bindings for Go do not support yet"
            );
        }
        let text = if name.starts_with("export_") { hooked(&text)? } else { text };
        files.push((name, text.into_bytes()));
    }
    let runtime = embedded::below("guest-sdk/go/runtime");
    files.extend(runtime.map(|(name, content)| (format!("{RUNTIME_FOLDER}{name}"), content.to_vec())));
    Ok(files)
}

/// A function whose body the generator leaves to the plugin: `func (self *job) Step(_by uint32) bool`.
struct Left<'a> {
    resource: Option<&'a str>,
    name: &'a str,
    parameters: &'a str,
    results: &'a str,
}

impl<'a> Left<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("func ")?.strip_suffix('{')?.trim_end();
        let (resource, rest) = match rest.strip_prefix("(self *") {
            Some(rest) => rest.split_once(") ").map(|(resource, rest)| (Some(resource), rest))?,
            None => (None, rest),
        };
        let (name, rest) = rest.split_once('(')?;
        // Parameters have no parentheses in them, results may.
        let (parameters, results) = rest.split_once(')')?;
        Some(Self { resource, name, parameters, results: results.trim() })
    }

    fn signature(&self) -> String {
        format!("({}) {}", self.parameters, self.results).trim_end().to_owned()
    }

    /// The parameters' names, as arguments of a call.
    fn arguments(&self) -> String {
        let names = self.parameters.split(", ").filter_map(|parameter| parameter.split(' ').next());
        names.filter(|name| name.starts_with('_')).collect::<Vec<_>>().join(", ")
    }
}

const LEFT_BODY: &str = "panic(\"not implemented\")";

/// Turns what the plugin has to write into variables and interfaces.
fn hooked(text: &str) -> anyhow::Result<String> {
    let mut hooked = String::new();
    let mut methods: Vec<(String, String)> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_left = lines.peek().is_some_and(|next| next.trim() == LEFT_BODY);
        if let Some(left) = Left::parse(line).filter(|_| is_left) {
            lines.nth(1);
            match left.resource {
                None => {
                    writeln!(hooked, "// {} is called by the host. The plugin sets it.", left.name)?;
                    writeln!(hooked, "var {} func{}", left.name, left.signature())?;
                }
                Some(resource) => {
                    methods.push((resource.to_owned(), format!("\t{}{}", left.name, left.signature())));
                    let giving = if left.results.is_empty() { "" } else { "return " };
                    writeln!(hooked, "{line}")?;
                    writeln!(hooked, "\t{giving}self.Own.{}({})\n}}", left.name, left.arguments())?;
                }
            }
        } else if let Some(resource) = left_resource(line)
            && lines.peek().is_some_and(|next| next.trim() == "pinner runtime.Pinner")
        {
            // The struct and its empty `OnDrop`.
            lines.by_ref().take_while(|line| !line.contains("OnDrop")).for_each(drop);
            writeln!(hooked, "{}", RESOURCE.replace("RESOURCE", resource))?;
            methods.push((resource.to_owned(), String::new()));
        } else {
            writeln!(hooked, "{line}")?;
        }
    }
    for (resource, _) in methods.iter().filter(|(_, method)| method.is_empty()) {
        writeln!(
            hooked,
            "\n// {resource}Methods is what the host calls of a {resource}. A method OnDrop, if there is one, is called when the host drops it."
        )?;
        writeln!(hooked, "type {resource}Methods interface {{")?;
        for (_, method) in methods.iter().filter(|(of, method)| of == resource && !method.is_empty()) {
            writeln!(hooked, "{method}")?;
        }
        hooked.push_str("}\n");
    }
    Ok(hooked)
}

/// The resource's name in the first line of a struct that the generator leaves to the plugin.
fn left_resource(line: &str) -> Option<&str> {
    line.strip_prefix("type ")?.strip_suffix(" struct {")
}

const RESOURCE: &str = "\
// RESOURCE is a resource that the host can hold a handle to. It contains a value of the plugin's.
type RESOURCE struct {
\tpinner runtime.Pinner
\thandle int32
\t// Own is the value.
\tOwn RESOURCEMethods
}

// The garbage collector does not see the host's handles.
var heldRESOURCE = map[*RESOURCE]struct{}{}

// NewRESOURCE makes a resource of a value, to return it to the host.
func NewRESOURCE(own RESOURCEMethods) *RESOURCE {
\tresource := &RESOURCE{Own: own}
\theldRESOURCE[resource] = struct{}{}
\treturn resource
}

// OnDrop is called when the host drops the resource.
func (self *RESOURCE) OnDrop() {
\tdelete(heldRESOURCE, self)
\tif own, ok := self.Own.(interface{ OnDrop() }); ok {
\t\town.OnDrop()
\t}
}";
