//! Where each function of the module and the adapter is in the merge, and which are generated.
//!
//! First come the adapter's imports that are left, then the module's functions, the adapter's, and the generated ones. All else of the module keeps
//! its index; what the adapter has comes after it.

use std::collections::BTreeSet;

use wasm_encoder::Function;
use wasmparser::{ExternalKind, TypeRef, ValType};

use crate::callback::{ALLOCATOR, ALLOCATORS, CALLBACKS, Callback, STARTS};
use crate::generated::{self, Memories, Start};
use crate::reachable::Calls;
use crate::scan::{Scanned, count};
use crate::signature::{Shown, Signature};
use crate::{AbiVersion, AdaptError, Options, Semantics};

/// The adapter's imports that the merge ties to the module.
const FILTER: &str = "filter";

/// Interfaces that every plugin may use, whatever it is granted.
const EVERY_PLUGIN: &str = "witdock:plugin/";

/// Between an import's module and name in the adapter's exports.
const SEPARATOR: char = '#';

/// Whether an export of the adapter is a function for the module.
fn is_host_function(export: &str) -> bool {
    export.split_once(SEPARATOR).is_some_and(|(module, _)| matches!(module, "env" | "wasi_snapshot_preview1"))
}

/// Where all functions are.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The adapter's imports that are left, by their indices there.
    pub(crate) imports: Vec<u32>,
    /// The adapter's own functions that are left, by their indices there.
    pub(crate) adapter_left: Vec<u32>,
    /// The new index of each function of the module.
    pub(crate) module_functions: Vec<u32>,
    /// The new index of each function of the adapter that is left.
    pub(crate) adapter_functions: Vec<Option<u32>>,
    /// With the index of their type in the merge.
    pub(crate) generated: Vec<(u32, Function)>,
    pub(crate) refused: Vec<Refused>,
}

/// A host function that a module imports and its component has not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The function, as `module.name`.
    pub function: String,
    /// The interface that it would need.
    pub interface: String,
}

/// What an import of the module becomes.
enum Import {
    /// A function of the adapter, by its index there.
    Adapter(u32),
    /// A generated one, by its place among them.
    Generated(usize),
}

/// Where the adapter has a host function.
pub(crate) fn host_function(adapter: &Scanned<'_>, module: &str, name: &str) -> Option<u32> {
    // An earlier name of the same functions.
    let module = if module == "wasi_unstable" { "wasi_snapshot_preview1" } else { module };
    adapter.function(&format!("{module}{SEPARATOR}{name}"))
}

/// The adapter's exports that stay exports.
pub(crate) fn stays(export: &wasmparser::Export<'_>) -> bool {
    match export.kind {
        ExternalKind::Func => !is_host_function(export.name),
        ExternalKind::Memory => true,
        _ => false,
    }
}

/// The functions of the adapter that a module with these imports needs.
fn needed(adapter: &Scanned<'_>, calls: &Calls, imports: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    let exports = adapter.exports.iter().filter(|export| stays(export) && export.kind == ExternalKind::Func);
    calls.reachable(exports.map(|export| export.index).chain(imports))
}

impl Layout {
    pub(crate) fn new(
        module: &Scanned<'_>,
        adapter: &Scanned<'_>,
        abi: AbiVersion,
        options: Options,
        is_granted: &dyn Fn(&str) -> bool,
    ) -> Result<Self, AdaptError> {
        let calls = Calls::of(adapter)?;
        let mut generated = Vec::new();
        let (imports, refused) = imports(module, adapter, &calls, &mut generated, is_granted)?;
        let memory = memory(module)?;
        check_exports(module, abi)?;
        let called = imports.iter().filter_map(|import| match import {
            Import::Adapter(function) => Some(*function),
            Import::Generated(_) => None,
        });
        let left = needed(adapter, &calls, called);
        let is_import = |function: &u32| *function < adapter.import_count();
        let is_filter = |function: &u32| {
            adapter.imports.get(*function as usize).is_some_and(|import| import.module == FILTER)
        };
        let kept: Vec<u32> =
            left.iter().copied().filter(|function| is_import(function) && !is_filter(function)).collect();
        let adapter_left: Vec<u32> = left.iter().copied().filter(|function| !is_import(function)).collect();
        let module_at = count(&kept);
        let adapter_at = module_at + count(&module.functions);
        let generated_at = adapter_at + count(&adapter_left);

        let mut layout = Self {
            imports: kept,
            adapter_left,
            module_functions: Vec::new(),
            adapter_functions: vec![None; adapter.imports.len() + adapter.functions.len()],
            generated,
            refused,
        };
        layout.place_adapter(adapter_at);
        for import in &imports {
            let index = match import {
                Import::Adapter(function) => layout.adapter_function(*function)?,
                Import::Generated(place) => generated_at + u32::try_from(*place).unwrap_or(u32::MAX),
            };
            layout.module_functions.push(index);
        }
        layout.module_functions.extend((0..count(&module.functions)).map(|own| module_at + own));

        let memories = Memories { module: memory, adapter: count(&module.memories) };
        let filter = Filter { module, abi, options, memories, types_at: module.type_count() };
        for function in left.iter().copied().filter(is_filter) {
            let Some(import) = adapter.imports.get(function as usize) else { continue };
            let ty = adapter.type_of(function).unwrap_or_default();
            let index = match filter.tie(import.name, &layout.module_functions)? {
                Tied::Module(index) => index,
                Tied::Generated(body) => {
                    layout.generated.push((filter.types_at + ty, body));
                    generated_at + count(&layout.generated) - 1
                }
            };
            layout.place(function, index);
        }
        Ok(layout)
    }

    fn place(&mut self, function: u32, index: u32) {
        if let Some(place) = self.adapter_functions.get_mut(function as usize) {
            *place = Some(index);
        }
    }

    fn place_adapter(&mut self, adapter_at: u32) {
        for (index, function) in (0..).zip(self.imports.clone()) {
            self.place(function, index);
        }
        for (index, function) in (adapter_at..).zip(self.adapter_left.clone()) {
            self.place(function, index);
        }
    }

    pub(crate) fn adapter_function(&self, function: u32) -> Result<u32, AdaptError> {
        self.adapter_functions.get(function as usize).copied().flatten().ok_or_else(|| AdaptError::Encode {
            message: format!("the adapter's function {function} has no place in the merge"),
        })
    }
}

/// What the adapter's import of `filter` becomes.
enum Tied {
    /// A function of the module, by its new index.
    Module(u32),
    Generated(Function),
}

/// The module as the adapter's imports of `filter` see it.
struct Filter<'a> {
    module: &'a Scanned<'a>,
    abi: AbiVersion,
    options: Options,
    memories: Memories,
    /// The index of the adapter's first type.
    types_at: u32,
}

impl Filter<'_> {
    fn tie(&self, name: &str, functions: &[u32]) -> Result<Tied, AdaptError> {
        let own = |name: &str| {
            self.module.function(name).and_then(|function| functions.get(function as usize)).copied()
        };
        if let Some(access) = self.memories.access(name) {
            return Ok(Tied::Generated(access));
        }
        Ok(match name {
            "options" => Tied::Generated(generated::constant(Some(self.options.bits(self.abi)))),
            "callbacks" => {
                let bits = CALLBACKS
                    .iter()
                    .filter(|callback| own(callback.name).is_some())
                    .map(|callback| callback.bit);
                Tied::Generated(generated::constant(Some(bits.sum())))
            }
            "start" => Tied::Generated(generated::start(&self.starts(functions))),
            "allocate" => Tied::Module(
                allocator(self.module, self.options).and_then(own).ok_or(AdaptError::NoAllocator)?,
            ),
            _ => {
                let callback = Callback::find(name).ok_or_else(|| AdaptError::Encode {
                    message: format!("the adapter imports `{name}`, which is no callback"),
                })?;
                match own(name) {
                    Some(index) if self.abi == AbiVersion::V0_1_0 && callback.lacks_end() => {
                        Tied::Generated(generated::shorter(index, 2))
                    }
                    Some(index) => Tied::Module(index),
                    None => Tied::Generated(generated::constant(callback.default_result())),
                }
            }
        })
    }

    /// What starts the module: its start section, then what hosts call.
    fn starts(&self, functions: &[u32]) -> Vec<Start> {
        let place = |function: u32| functions.get(function as usize).copied();
        let named = |name: &str| {
            let (_, Signature { params, results }) = STARTS.iter().find(|(own, _)| *own == name)?;
            let function = self.module.function(name).and_then(place)?;
            Some(Start { function, params: params.len(), has_result: !results.is_empty() })
        };
        let section = self.module.start.and_then(place).map(|function| Start {
            function,
            params: 0,
            has_result: false,
        });
        let initialize = named("_initialize");
        let then = match initialize {
            Some(_) => named("main").or_else(|| named("__main_void")),
            None => named("_start"),
        };
        section.into_iter().chain(initialize).chain(then).collect()
    }
}

/// The function that allocates in the module: the specification and Envoy prefer different ones.
fn allocator(module: &Scanned<'_>, options: Options) -> Option<&'static str> {
    let [first, second] = ALLOCATORS;
    let order = if options.semantics == Semantics::Spec { [first, second] } else { [second, first] };
    order.into_iter().find(|name| module.function(name).is_some())
}

/// The index of the memory that hosts use.
fn memory(module: &Scanned<'_>) -> Result<u32, AdaptError> {
    let exported =
        module.exports.iter().find(|export| export.name == "memory" && export.kind == ExternalKind::Memory);
    let index = exported.ok_or(AdaptError::NoMemory)?.index;
    for memory in &module.memories {
        if memory.memory64 {
            return Err(AdaptError::UnsupportedMemory { found: "64-bit" });
        }
        if memory.shared {
            return Err(AdaptError::UnsupportedMemory { found: "shared by threads" });
        }
        if memory.page_size_log2.is_some_and(|size| size != 16) {
            return Err(AdaptError::UnsupportedMemory { found: "of pages that are not 64 KiB" });
        }
    }
    Ok(index)
}

/// Checks the types of all exports that have a meaning.
fn check_exports(module: &Scanned<'_>, abi: AbiVersion) -> Result<(), AdaptError> {
    for export in &module.exports {
        let expected = if let Some(callback) = Callback::find(export.name) {
            callback.signature(abi)
        } else if let Some((_, signature)) = STARTS.iter().find(|(name, _)| *name == export.name) {
            *signature
        } else if ALLOCATORS.contains(&export.name) {
            ALLOCATOR
        } else {
            continue;
        };
        let error = |found: String| AdaptError::ExportType {
            name: export.name.to_owned(),
            found,
            expected: expected.to_string(),
        };
        if export.kind != ExternalKind::Func {
            return Err(error(format!("a {}", kind(export.kind))));
        }
        let ty = module.type_of(export.index).and_then(|ty| module.func_type(ty));
        match ty {
            Some(ty) if expected.fits(ty) => {}
            Some(ty) => return Err(error(Shown(ty).to_string())),
            None => return Err(error("a function of another kind".to_owned())),
        }
    }
    if ALLOCATORS.iter().all(|name| module.function(name).is_none()) {
        return Err(AdaptError::NoAllocator);
    }
    Ok(())
}

fn kind(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

/// Finds what each import of the module becomes.
fn imports(
    module: &Scanned<'_>,
    adapter: &Scanned<'_>,
    calls: &Calls,
    generated: &mut Vec<(u32, Function)>,
    is_granted: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Import>, Vec<Refused>), AdaptError> {
    let mut imports = Vec::with_capacity(module.imports.len());
    let mut refused = Vec::new();
    // What each component imports is the base of all filters.
    let base = interfaces(adapter, calls, std::iter::empty());
    for import in &module.imports {
        let TypeRef::Func(index) = import.ty else {
            let kind = match import.ty {
                TypeRef::Table(_) => "table",
                TypeRef::Memory(_) => "memory",
                TypeRef::Global(_) => "global",
                _ => "tag",
            };
            let (module, name) = (import.module.to_owned(), import.name.to_owned());
            return Err(AdaptError::ImportKind { kind, module, name });
        };
        let found = module.func_type(index);
        let tied = match host_function(adapter, import.module, import.name) {
            Some(function) => {
                let expected = adapter.type_of(function).and_then(|ty| adapter.func_type(ty));
                if let (Some(found), Some(expected)) = (found, expected)
                    && found != expected
                {
                    return Err(AdaptError::ImportType {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                        found: Shown(found).to_string(),
                        expected: Shown(expected).to_string(),
                    });
                }
                let interfaces = interfaces(adapter, calls, std::iter::once(function));
                match interfaces.into_iter().find(|interface| {
                    !base.contains(interface)
                        && !interface.starts_with(EVERY_PLUGIN)
                        && !is_granted(interface)
                }) {
                    Some(interface) => {
                        generated.push((index, generated::refused(import.module == "env")));
                        let function = format!("{}.{}", import.module, import.name);
                        refused.push(Refused { function, interface: interface.to_owned() });
                        Import::Generated(generated.len() - 1)
                    }
                    None => Import::Adapter(function),
                }
            }
            None => {
                let (Some(body), Some(_)) = (found.and_then(|found| extra(import, found)), found) else {
                    return Err(unknown(import, adapter));
                };
                generated.push((index, body));
                Import::Generated(generated.len() - 1)
            }
        };
        imports.push(tied);
    }
    Ok((imports, refused))
}

/// The interfaces that a component imports whose module imports these functions of the adapter.
pub(crate) fn interfaces<'a>(
    adapter: &Scanned<'a>,
    calls: &Calls,
    imports: impl Iterator<Item = u32>,
) -> BTreeSet<&'a str> {
    let needed = needed(adapter, calls, imports);
    let imports = needed.iter().filter_map(|function| adapter.imports.get(*function as usize));
    // The others are the module's exports, and intrinsics.
    imports
        .map(|import| import.module)
        .filter(|module| module.contains(':') && !module.starts_with('['))
        .collect()
}

/// Functions that modules import and the adapter does not have: the rest of WASI, and what Emscripten leaves.
fn extra(import: &wasmparser::Import<'_>, ty: &wasmparser::FuncType) -> Option<Function> {
    match (import.module, import.name, ty.params(), ty.results()) {
        ("wasi_snapshot_preview1" | "wasi_unstable", _, _, [ValType::I32]) => {
            Some(generated::not_supported(true))
        }
        ("wasi_snapshot_preview1" | "wasi_unstable", _, _, []) => Some(generated::not_supported(false)),
        ("env", "emscripten_notify_memory_growth", [ValType::I32], []) => Some(generated::constant(None)),
        ("env", "pthread_equal", [ValType::I32, ValType::I32], [ValType::I32]) => Some(generated::equal()),
        _ => None,
    }
}

fn unknown(import: &wasmparser::Import<'_>, adapter: &Scanned<'_>) -> AdaptError {
    let name = format!("{}{SEPARATOR}{}", import.module, import.name);
    let known = adapter.exports.iter().map(|export| export.name).filter(|name| is_host_function(name));
    let near =
        known.map(|known| (strsim::jaro_winkler(&name, known), known)).filter(|(score, _)| *score > 0.9);
    let hint = near
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known.replacen(SEPARATOR, ".", 1));
    AdaptError::UnknownImport { module: import.module.to_owned(), name: import.name.to_owned(), hint }
}
