//! Source lines of a component's code, from its debug information in DWARF.

use std::ops::Range;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use serde::{Deserialize, Serialize};
use wasmparser::{Encoding, Parser, Payload};

/// A place in the source of a component. Several stand for one place in the code, where functions are inlined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Symbol {
    pub(crate) function: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

/// Whether a component has debug information.
pub(super) fn is_in(component: &[u8]) -> bool {
    modules(component).iter().any(|module| !module.sections.is_empty())
}

/// A core module inside of a component.
struct Module<'a> {
    code: Range<usize>,
    /// Its debug information, by the name of the section.
    sections: Vec<(&'a str, &'a [u8])>,
}

/// The core modules of a component. Ends early where its bytes are malformed.
fn modules(component: &[u8]) -> Vec<Module<'_>> {
    let mut found = Vec::new();
    // What is being read, and `None` for each component around it.
    let mut layers: Vec<Option<Module<'_>>> = Vec::new();
    for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
        match (payload, layers.last_mut()) {
            (Payload::Version { encoding, .. }, _) => layers.push(match encoding {
                Encoding::Module => Some(Module { code: 0..0, sections: Vec::new() }),
                Encoding::Component => None,
            }),
            (Payload::CodeSectionStart { range, .. }, Some(Some(module))) => module.code = range,
            (Payload::CustomSection(section), Some(Some(module)))
                if section.name().starts_with(".debug_") =>
            {
                module.sections.push((section.name(), section.data()));
            }
            (Payload::End(_), _) => found.extend(layers.pop().flatten()),
            _ => {}
        }
    }
    found
}

/// The symbols of each offset into the component's bytes, the innermost first.
pub(super) fn find(component: &[u8], offsets: &[u64]) -> Vec<Vec<Symbol>> {
    let modules = modules(component);
    let mut contexts: Vec<Option<_>> = modules.iter().map(|_| None).collect();
    let mut found = Vec::new();
    for offset in offsets {
        let at = usize::try_from(*offset).unwrap_or(usize::MAX);
        let module = modules.iter().zip(&mut contexts).find(|(module, _)| module.code.contains(&at));
        let symbols = module.and_then(|(module, context)| {
            if context.is_none() {
                *context = Some(Context::from_dwarf(dwarf(module)).ok());
            }
            // Addresses count from the start of the code section.
            Some(lookup(context.as_ref()?.as_ref()?, (at - module.code.start) as u64))
        });
        found.push(symbols.unwrap_or_default());
    }
    found
}

type Reader<'a> = EndianSlice<'a, LittleEndian>;

fn dwarf<'a>(module: &Module<'a>) -> Dwarf<Reader<'a>> {
    let section = |id: SectionId| {
        let found = module.sections.iter().find(|(name, _)| *name == id.name());
        EndianSlice::new(found.map_or(&[][..], |(_, data)| data), LittleEndian)
    };
    Dwarf::load(|id| Ok::<_, std::convert::Infallible>(section(id))).unwrap_or_else(|never| match never {})
}

fn lookup(context: &Context<Reader<'_>>, address: u64) -> Vec<Symbol> {
    let Ok(mut frames) = context.find_frames(address).skip_all_loads() else { return Vec::new() };
    let mut symbols = Vec::new();
    while let Ok(Some(frame)) = frames.next() {
        let function = frame.function.as_ref().and_then(|function| function.raw_name().ok());
        let location = frame.location.as_ref();
        symbols.push(Symbol {
            function: function.map(|name| name.into_owned()),
            file: location.and_then(|location| location.file).map(str::to_owned),
            line: location.and_then(|location| location.line),
            column: location.and_then(|location| location.column),
        });
    }
    symbols
}
