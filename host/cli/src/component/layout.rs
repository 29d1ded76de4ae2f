//! The core modules in a component, and the sizes of its sections.

use std::collections::BTreeMap;

use serde::Serialize;
use wasmparser::{BinaryReaderError, KnownCustom, Name, Parser, Payload};

/// A component's bytes by their use. All sizes are in bytes.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Layout {
    pub(crate) bytes: usize,
    pub(crate) modules: Vec<Module>,
    /// How many components are nested in it.
    pub(crate) components: usize,
    /// The custom sections outside of the modules, by name.
    pub(crate) custom: BTreeMap<String, usize>,
    /// The tools that produced it with their versions, by role: `language`, `processed-by`, `sdk`.
    pub(crate) producers: BTreeMap<String, Vec<String>>,
}

/// A core module.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Module {
    pub(crate) name: Option<String>,
    pub(crate) bytes: usize,
    /// How many functions it defines.
    pub(crate) functions: u32,
    pub(crate) code: usize,
    pub(crate) data: usize,
    /// The size of its DWARF debug information.
    pub(crate) dwarf: usize,
    /// The other custom sections, by name.
    pub(crate) custom: BTreeMap<String, usize>,
    /// The initial size of its memories.
    pub(crate) memory_bytes: u64,
}

/// The module or component that the reader is in.
enum Inside {
    Module(Box<Module>),
    Component,
}

impl Layout {
    /// Reads the layout of a component.
    ///
    /// # Errors
    ///
    /// When they are damaged.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut layout = Self { bytes: bytes.len(), ..Self::default() };
        let mut inside: Vec<Inside> = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { unchecked_range, .. } => {
                    let bytes = unchecked_range.len();
                    inside.push(Inside::Module(Box::new(Module { bytes, ..Module::default() })));
                }
                Payload::ComponentSection { .. } => {
                    layout.components += 1;
                    inside.push(Inside::Component);
                }
                Payload::End(_) => {
                    if let Some(Inside::Module(module)) = inside.pop() {
                        layout.modules.push(*module);
                    }
                }
                Payload::CustomSection(section) => {
                    layout.custom_section(inside.last_mut(), &section);
                }
                payload => {
                    if let Some(Inside::Module(module)) = inside.last_mut() {
                        module.section(payload)?;
                    }
                }
            }
        }
        Ok(layout)
    }

    fn custom_section(&mut self, inside: Option<&mut Inside>, section: &wasmparser::CustomSectionReader<'_>) {
        if let KnownCustom::Producers(producers) = section.as_known() {
            // Damage in this section is ignored: nothing depends on it.
            for field in producers.into_iter().flatten() {
                let entry = self.producers.entry(field.name.to_owned()).or_default();
                for value in field.values.into_iter().flatten() {
                    let text = format!("{} {}", value.name, value.version).trim().to_owned();
                    if !entry.contains(&text) {
                        entry.push(text);
                    }
                }
            }
        }
        let bytes = section.range().len();
        let name = section.name();
        match inside {
            Some(Inside::Module(module)) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    module.name = names.into_iter().flatten().find_map(|name| match name {
                        Name::Module { name, .. } => Some(name.to_owned()),
                        _ => None,
                    });
                }
                if name.starts_with(".debug_") {
                    module.dwarf += bytes;
                } else {
                    *module.custom.entry(name.to_owned()).or_default() += bytes;
                }
            }
            _ => *self.custom.entry(name.to_owned()).or_default() += bytes,
        }
    }
}

impl Module {
    fn section(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::CodeSectionStart { range, count, .. } => {
                self.code = range.len();
                self.functions = count;
            }
            Payload::DataSection(section) => self.data = section.range().len(),
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    let page = memory.page_size_log2.unwrap_or(16).min(16);
                    self.memory_bytes =
                        self.memory_bytes.saturating_add(memory.initial.saturating_mul(1 << page));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
