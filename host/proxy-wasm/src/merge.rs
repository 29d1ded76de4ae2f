//! One core module of a module and the adapter, and a component of it.

use std::borrow::Cow;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, CustomSection, DataCountSection, DataSection, ElementSection, EntityType, ExportSection,
    FunctionSection, GlobalSection, ImportSection, MemorySection, Module, RawSection, Section, SectionId,
    TableSection, TagSection, TypeSection,
};
use wasmparser::{Parser, Payload, TypeRef};

use crate::adapter::ADAPTER;
use crate::code::{self, write_u32};
use crate::layout::{self, Layout, Refused};
use crate::scan::Scanned;
use crate::{AdaptError, Options, names};

/// A module that has become a component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Adapted {
    /// The component's bytes.
    pub component: Vec<u8>,
    /// The module had debug information, which the component lacks: its instructions are not where they were.
    pub lost_source_lines: bool,
    /// The host functions that the module imports and that [`adapt_within`] has refused.
    pub refused: Vec<Refused>,
}

/// Makes a component of a Proxy-Wasm module, as Envoy would run it.
///
/// It takes about as long as reading the module twice, and is the same for the same bytes.
///
/// # Errors
///
/// When the bytes are no valid Proxy-Wasm module. The text says what was found and expected.
pub fn adapt(module: &[u8]) -> Result<Adapted, AdaptError> {
    adapt_with(module, Options::default())
}

/// [`adapt`], with options.
///
/// # Errors
///
/// As for [`adapt`].
pub fn adapt_with(module: &[u8], options: Options) -> Result<Adapted, AdaptError> {
    adapt_within(module, options, |_| true)
}

/// [`adapt_with`], within what is granted: a host function that needs another interface answers that it failed, and the component does not import
/// the interface. SDKs import many functions that their filters never call, so a module needs no grant for what it only could do.
///
/// `is_granted` is asked for interfaces by their full names, such as `witdock:proxy/http-calls@0.1.0`, beyond those that every filter has.
///
/// # Errors
///
/// As for [`adapt`].
pub fn adapt_within(
    module: &[u8],
    options: Options,
    is_granted: impl Fn(&str) -> bool,
) -> Result<Adapted, AdaptError> {
    let module = Scanned::new(module)?;
    let adapter = Scanned::new(ADAPTER)?;
    let abi = module.abi()?;
    let layout = Layout::new(&module, &adapter, abi, options, &is_granted)?;
    let (core, lost_source_lines) = merge(&module, &adapter, &layout)?;
    let component = wit_component::ComponentEncoder::default().module(&core).map_err(encode)?;
    let component = component.validate(true).encode().map_err(encode)?;
    Ok(Adapted { component, lost_source_lines, refused: layout.refused })
}

/// New indices for one of the two modules.
struct Renumbered<'a> {
    functions: &'a dyn Fn(u32) -> Option<u32>,
    types: u32,
    tables: u32,
    memories: u32,
    tags: u32,
    globals: u32,
    elements: u32,
    data: u32,
}

type Reencoded<T> = Result<T, reencode::Error<AdaptError>>;

impl Reencode for Renumbered<'_> {
    type Error = AdaptError;

    fn type_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.types)
    }

    fn function_index(&mut self, index: u32) -> Reencoded<u32> {
        (self.functions)(index).ok_or_else(|| {
            let message = format!("function {index} has no place in the merge");
            reencode::Error::UserError(AdaptError::Encode { message })
        })
    }

    fn table_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.tables)
    }

    fn memory_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.memories)
    }

    fn tag_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.tags)
    }

    fn global_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.globals)
    }

    fn element_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.elements)
    }

    fn data_index(&mut self, index: u32) -> Reencoded<u32> {
        Ok(index + self.data)
    }
}

/// The sections that both modules add to, apart from code.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    tables: TableSection,
    memories: MemorySection,
    tags: TagSection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data: DataSection,
}

impl Sections {
    fn add(&mut self, bytes: &[u8], numbers: &mut Renumbered<'_>) -> Reencoded<()> {
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => numbers.parse_type_section(&mut self.types, section)?,
                Payload::TableSection(section) => numbers.parse_table_section(&mut self.tables, section)?,
                Payload::MemorySection(section) => {
                    numbers.parse_memory_section(&mut self.memories, section)?
                }
                Payload::TagSection(section) => numbers.parse_tag_section(&mut self.tags, section)?,
                Payload::GlobalSection(section) => {
                    numbers.parse_global_section(&mut self.globals, section)?
                }
                Payload::ElementSection(section) => {
                    numbers.parse_element_section(&mut self.elements, section)?
                }
                Payload::DataSection(section) => numbers.parse_data_section(&mut self.data, section)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Merges a module and the adapter. Returns whether debug information was lost.
fn merge(
    module: &Scanned<'_>,
    adapter: &Scanned<'_>,
    layout: &Layout,
) -> Result<(Vec<u8>, bool), AdaptError> {
    let module_function = |function: u32| layout.module_functions.get(function as usize).copied();
    let adapter_function = |function: u32| layout.adapter_functions.get(function as usize).copied().flatten();
    let mut module_numbers = Renumbered {
        functions: &module_function,
        types: 0,
        tables: 0,
        memories: 0,
        tags: 0,
        globals: 0,
        elements: 0,
        data: 0,
    };
    let mut adapter_numbers = Renumbered {
        functions: &adapter_function,
        types: module.type_count(),
        tables: module.tables,
        memories: u32::try_from(module.memories.len()).unwrap_or(u32::MAX),
        tags: module.tags,
        globals: module.globals,
        elements: module.elements,
        data: module.data,
    };
    let mut sections = Sections::default();
    sections.add(module.bytes, &mut module_numbers).map_err(reencoded)?;
    sections.add(adapter.bytes, &mut adapter_numbers).map_err(reencoded)?;
    for export in adapter.exports.iter().filter(|export| layout::stays(export)) {
        adapter_numbers.parse_export(&mut sections.exports, *export).map_err(reencoded)?;
    }

    let mut imports = ImportSection::new();
    for function in &layout.imports {
        if let Some(import) = adapter.imports.get(*function as usize)
            && let TypeRef::Func(ty) = import.ty
        {
            imports.import(import.module, import.name, EntityType::Function(module.type_count() + ty));
        }
    }
    let mut functions = FunctionSection::new();
    for ty in &module.functions {
        functions.function(*ty);
    }
    for function in &layout.adapter_left {
        functions.function(module.type_count() + adapter.type_of(*function).unwrap_or_default());
    }
    for (ty, _) in &layout.generated {
        functions.function(*ty);
    }
    let (code, is_in_place) = code(module, adapter, layout, &mut adapter_numbers)?;

    let mut merged = Module::new();
    let mut add = |section: &dyn EncodeSection, is_empty: bool| {
        if !is_empty {
            section.add_to(&mut merged);
        }
    };
    add(&sections.types, sections.types.is_empty());
    add(&imports, imports.is_empty());
    add(&functions, functions.is_empty());
    add(&sections.tables, sections.tables.is_empty());
    add(&sections.memories, sections.memories.is_empty());
    add(&sections.tags, sections.tags.is_empty());
    add(&sections.globals, sections.globals.is_empty());
    add(&sections.exports, sections.exports.is_empty());
    add(&sections.elements, sections.elements.is_empty());
    add(&DataCountSection { count: module.data + adapter.data }, false);
    add(&RawSection { id: SectionId::Code.into(), data: &code }, false);
    add(&sections.data, sections.data.is_empty());
    add(&names::names(module, adapter, layout).as_custom(), false);
    let mut lost = false;
    for (name, data) in &module.customs {
        let is_debug = name.starts_with(".debug_");
        lost |= is_debug && !is_in_place;
        if (is_debug && is_in_place) || matches!(*name, "producers" | "target_features") {
            add(&CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) }, false);
        }
    }
    for (name, data) in adapter.customs.iter().filter(|(name, _)| name.starts_with("component-type")) {
        add(&CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) }, false);
    }
    Ok((merged.finish(), lost))
}

/// A section that a module takes, whatever its type.
trait EncodeSection {
    fn add_to(&self, module: &mut Module);
}

impl<T: Section> EncodeSection for T {
    fn add_to(&self, module: &mut Module) {
        module.section(self);
    }
}

/// The contents of the code section, and whether the module's instructions are where they were.
fn code(
    module: &Scanned<'_>,
    adapter: &Scanned<'_>,
    layout: &Layout,
    numbers: &mut Renumbered<'_>,
) -> Result<(Vec<u8>, bool), AdaptError> {
    let own = code::rewrite(module, |function| layout.module_functions.get(function as usize).copied())?;
    let mut added = CodeSection::new();
    for function in &layout.adapter_left {
        let body =
            (*function as usize).checked_sub(adapter.imports.len()).and_then(|own| adapter.bodies.get(own));
        if let Some(body) = body {
            numbers.parse_function_body(&mut added, body.clone()).map_err(reencoded)?;
        }
    }
    for (_, body) in &layout.generated {
        added.function(body);
    }
    let count = own.entries.len() + added.len() as usize;
    let mut bytes = Vec::new();
    write_u32(&mut bytes, u32::try_from(count).unwrap_or(u32::MAX), 1);
    let count_before = module.bodies.first().map_or(0, |body| entry_start(module, body));
    let is_in_place = own.is_in_place && bytes.len() == count_before;
    own.entries.iter().for_each(|entry| bytes.extend_from_slice(entry));
    let mut encoded = Vec::new();
    wasm_encoder::Encode::encode(&added, &mut encoded);
    bytes.extend_from_slice(without_size_and_count(&encoded));
    Ok((bytes, is_in_place))
}

/// Where the first entry of the code section begins, after the count of entries.
fn entry_start(module: &Scanned<'_>, first: &wasmparser::FunctionBody<'_>) -> usize {
    let head = module.bytes.get(module.code_start..first.range().start).unwrap_or_default();
    head.iter().position(|byte| byte & 0x80 == 0).map_or(0, |last| last + 1)
}

/// A section as it is encoded, without the two numbers at its beginning.
fn without_size_and_count(mut bytes: &[u8]) -> &[u8] {
    for _ in 0..2 {
        let last = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap_or_default();
        bytes = bytes.get(last + 1..).unwrap_or_default();
    }
    bytes
}

fn encode(error: impl std::fmt::Display) -> AdaptError {
    AdaptError::Encode { message: format!("{error:#}") }
}

fn reencoded(error: reencode::Error<AdaptError>) -> AdaptError {
    match error {
        reencode::Error::UserError(error) => error,
        reencode::Error::ParseError(error) => error.into(),
        other => AdaptError::Encode { message: other.to_string() },
    }
}
