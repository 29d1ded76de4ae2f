//! What can be said of a module without running it.

use std::collections::BTreeSet;

use wasmparser::{BinaryReader, Name, NameSectionReader, ProducersSectionReader};

use crate::adapter::ADAPTER;
use crate::callback::{CALLBACKS, Callback};
use crate::layout;
use crate::reachable::Calls;
use crate::scan::Scanned;
use crate::{AbiVersion, AdaptError};

/// A Proxy-Wasm module in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// The version of the ABI.
    pub abi: AbiVersion,
    /// The SDK that it was built with, as far as its names tell.
    pub sdk: Option<String>,
    /// The language and tools that its `producers` section names.
    pub producers: Vec<String>,
    /// The host functions that it imports, as `module.name`, sorted.
    pub host_functions: Vec<String>,
    /// The callbacks that it has, in the order of a stream's life.
    pub callbacks: Vec<&'static str>,
    /// The callbacks that it lacks: nothing is called for them.
    pub lacking: Vec<&'static str>,
    /// The interfaces that its component imports.
    pub interfaces: Vec<String>,
    /// What an author or an operator should know.
    pub remarks: Vec<String>,
}

/// Describes a Proxy-Wasm module.
///
/// # Errors
///
/// When it is not a valid one.
pub fn describe(module: &[u8]) -> Result<Description, AdaptError> {
    let module = Scanned::new(module)?;
    let adapter = Scanned::new(ADAPTER)?;
    let abi = module.abi()?;
    let known = module
        .imports
        .iter()
        .filter_map(|import| layout::host_function(&adapter, import.module, import.name));
    let interfaces = layout::interfaces(&adapter, &Calls::of(&adapter)?, known);
    let host_functions: BTreeSet<_> =
        module.imports.iter().map(|import| format!("{}.{}", import.module, import.name)).collect();
    let (callbacks, lacking): (Vec<_>, Vec<_>) =
        CALLBACKS.iter().map(|callback| callback.name).partition(|name| module.function(name).is_some());
    let mut description = Description {
        abi,
        sdk: sdk(&module),
        producers: producers(&module),
        host_functions: host_functions.into_iter().collect(),
        callbacks,
        lacking,
        interfaces: interfaces.into_iter().map(str::to_owned).collect(),
        remarks: Vec::new(),
    };
    description.remarks = remarks(&description, &module);
    Ok(description)
}

fn remarks(description: &Description, module: &Scanned<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    let imports = |name: &str| module.imports.iter().any(|import| import.name == name);
    let has = |name: &str| description.callbacks.contains(&name);
    let resumes = imports("proxy_continue_stream")
        || imports("proxy_continue_request")
        || imports("proxy_continue_response");
    let reads_bodies =
        imports("proxy_get_buffer_bytes") && (has("proxy_on_request_body") || has("proxy_on_response_body"));
    if reads_bodies && resumes {
        remarks.push(
            "it reads buffers and resumes streams: if it pauses at the headers to read the body, no body comes before it resumes; \
             `--headers-stop-alone` lets the body come"
                .to_owned(),
        );
    }
    if imports("proxy_http_call") && !has("proxy_on_http_call_response") {
        remarks.push(
            "it makes HTTP calls and has no `proxy_on_http_call_response`: it never sees an answer"
                .to_owned(),
        );
    }
    if module.imports.iter().any(|import| import.name.starts_with("proxy_grpc_")) {
        remarks.push("it imports functions of gRPC, which answer UNIMPLEMENTED".to_owned());
    }
    let http = ["request", "response"].into_iter().flat_map(|side| {
        ["headers", "body", "trailers"].into_iter().map(move |part| format!("proxy_on_{side}_{part}"))
    });
    let is_http = http.into_iter().any(|name| has(&name));
    let is_tcp =
        has("proxy_on_new_connection") || has("proxy_on_downstream_data") || has("proxy_on_upstream_data");
    if is_tcp && !is_http {
        remarks.push("it filters TCP connections alone: on an HTTP route, it sees nothing".to_owned());
    }
    // Callbacks that exist for what the proxy does not do.
    let metadata: Vec<_> = ["proxy_on_request_metadata", "proxy_on_response_metadata"]
        .into_iter()
        .filter(|name| has(name))
        .collect();
    if !metadata.is_empty() {
        remarks.push(format!("{} are never called", metadata.join(" and ")));
    }
    let unknown: Vec<_> = module
        .exports
        .iter()
        .map(|export| export.name)
        .filter(|name| {
            name.starts_with("proxy_on_")
                && Callback::find(name).is_none()
                && *name != "proxy_on_memory_allocate"
        })
        .collect();
    if !unknown.is_empty() {
        remarks.push(format!("{} are no callbacks of Proxy-Wasm, and never called", unknown.join(", ")));
    }
    remarks
}

/// Marks of SDKs in the names of a module's functions.
const SDKS: [(&str, &str); 5] = [
    ("proxy_wasm..", "proxy-wasm-rust-sdk"),
    ("proxy_wasm::", "proxy-wasm-rust-sdk"),
    ("proxy-wasm-go-sdk", "proxy-wasm-go-sdk"),
    ("proxy-runtime", "proxy-wasm-assemblyscript-sdk"),
    ("RootContext", "proxy-wasm-cpp-sdk"),
];

fn sdk(module: &Scanned<'_>) -> Option<String> {
    let (_, data) = module.customs.iter().find(|(name, _)| *name == "name")?;
    for name in NameSectionReader::new(BinaryReader::new(data, 0)).map_while(Result::ok) {
        let Name::Function(names) = name else { continue };
        for naming in names.into_iter().map_while(Result::ok) {
            // Rust's older mangling has the lengths of names: `10proxy_wasm`.
            if naming.name.contains("10proxy_wasm") {
                return Some("proxy-wasm-rust-sdk".to_owned());
            }
            if let Some((_, sdk)) = SDKS.iter().find(|(mark, _)| naming.name.contains(mark)) {
                return Some((*sdk).to_owned());
            }
        }
    }
    None
}

fn producers(module: &Scanned<'_>) -> Vec<String> {
    let Some((_, data)) = module.customs.iter().find(|(name, _)| *name == "producers") else {
        return Vec::new();
    };
    let Ok(fields) = ProducersSectionReader::new(BinaryReader::new(data, 0)) else { return Vec::new() };
    let mut producers = Vec::new();
    for field in fields.into_iter().map_while(Result::ok) {
        for value in field.values.into_iter().map_while(Result::ok) {
            producers.push(format!("{} {}", value.name, value.version).trim_end().to_owned());
        }
    }
    producers
}
