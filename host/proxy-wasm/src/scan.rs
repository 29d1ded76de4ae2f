//! What the merge has to know of a module.

use wasmparser::{
    Encoding, Export, ExternalKind, FuncType, FunctionBody, Import, Parser, Payload, Validator, WasmFeatures,
};

use crate::AdaptError;
use crate::abi::{AbiVersion, MARKER};

/// A core module in its parts.
#[derive(Debug, Default)]
pub(crate) struct Scanned<'a> {
    pub(crate) bytes: &'a [u8],
    /// The function types, by their indices. None for other types.
    types: Vec<Option<FuncType>>,
    pub(crate) imports: Vec<Import<'a>>,
    /// The types of the functions that it defines.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: u32,
    pub(crate) memories: Vec<wasmparser::MemoryType>,
    pub(crate) tags: u32,
    pub(crate) globals: u32,
    pub(crate) elements: u32,
    pub(crate) data: u32,
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// Where the contents of the code section begin.
    pub(crate) code_start: usize,
    pub(crate) customs: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Scanned<'a> {
    /// Validates and reads a core module.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, AdaptError> {
        if Parser::is_component(bytes) {
            return Err(AdaptError::Component);
        }
        // What only few engines have is named later, by what it is.
        let features = WasmFeatures::default() | WasmFeatures::MEMORY64 | WasmFeatures::THREADS;
        Validator::new_with_features(features).validate_all(bytes)?;
        Self::read(bytes)
    }

    /// Reads a valid core module.
    fn read(bytes: &'a [u8]) -> Result<Self, AdaptError> {
        let mut scanned = Self { bytes, ..Self::default() };
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding: Encoding::Component, .. } => return Err(AdaptError::Component),
                Payload::TypeSection(section) => {
                    for group in section {
                        scanned.types.extend(group?.types().map(|ty| match &ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => Some(ty.clone()),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    scanned.imports = section.into_imports().collect::<Result<_, _>>()?
                }
                Payload::FunctionSection(section) => {
                    scanned.functions = section.into_iter().collect::<Result<_, _>>()?
                }
                Payload::TableSection(section) => scanned.tables = section.count(),
                Payload::MemorySection(section) => {
                    scanned.memories = section.into_iter().collect::<Result<_, _>>()?
                }
                Payload::TagSection(section) => scanned.tags = section.count(),
                Payload::GlobalSection(section) => scanned.globals = section.count(),
                Payload::ElementSection(section) => scanned.elements = section.count(),
                Payload::DataSection(section) => scanned.data = section.count(),
                Payload::ExportSection(section) => {
                    scanned.exports = section.into_iter().collect::<Result<_, _>>()?
                }
                Payload::StartSection { func, .. } => scanned.start = Some(func),
                Payload::CodeSectionStart { range, .. } => scanned.code_start = range.start,
                Payload::CodeSectionEntry(body) => scanned.bodies.push(body),
                Payload::CustomSection(section) => scanned.customs.push((section.name(), section.data())),
                _ => {}
            }
        }
        Ok(scanned)
    }

    /// The number of its types.
    pub(crate) fn type_count(&self) -> u32 {
        count(&self.types)
    }

    /// The number of its imports. They are functions alone, which [`crate::layout`] checks.
    pub(crate) fn import_count(&self) -> u32 {
        count(&self.imports)
    }

    pub(crate) fn func_type(&self, index: u32) -> Option<&FuncType> {
        self.types.get(index as usize)?.as_ref()
    }

    /// The index of the type of a function.
    pub(crate) fn type_of(&self, function: u32) -> Option<u32> {
        match (function as usize).checked_sub(self.imports.len()) {
            Some(defined) => self.functions.get(defined).copied(),
            None => match self.imports.get(function as usize)?.ty {
                wasmparser::TypeRef::Func(ty) => Some(ty),
                _ => None,
            },
        }
    }

    /// An export that is a function.
    pub(crate) fn function(&self, name: &str) -> Option<u32> {
        let export = self.exports.iter().find(|export| export.name == name)?;
        (export.kind == ExternalKind::Func).then_some(export.index)
    }

    /// The one version of the ABI that its markers name.
    pub(crate) fn abi(&self) -> Result<AbiVersion, AdaptError> {
        let markers: Vec<_> =
            self.exports.iter().map(|export| export.name).filter(|name| name.starts_with(MARKER)).collect();
        match markers.as_slice() {
            [] => Err(AdaptError::NoMarker),
            [marker] => AbiVersion::of_marker(marker)
                .ok_or_else(|| AdaptError::UnsupportedAbi { marker: (*marker).to_owned() }),
            several => {
                Err(AdaptError::SeveralMarkers { markers: several.iter().map(ToString::to_string).collect() })
            }
        }
    }
}

/// The length of what a module counts, which its 32-bit counts bound.
pub(crate) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// Whether bytes are a core module with a marker of the ABI. Reads up to the exports.
pub(crate) fn has_marker(bytes: &[u8]) -> bool {
    if !Parser::is_core_wasm(bytes) {
        return false;
    }
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ExportSection(section)) => {
                return section.into_iter().flatten().any(|export| export.name.starts_with(MARKER));
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}
