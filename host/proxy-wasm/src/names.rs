//! The `name` section of the merge: the module's names, for traces of traps, and the adapter's host functions.

use std::collections::BTreeMap;

use wasm_encoder::{IndirectNameMap, NameMap, NameSection};
use wasmparser::{BinaryReader, Name, NameSectionReader};

use crate::layout::Layout;
use crate::scan::Scanned;

/// The names of the merge. A name section is no part of what is validated: what cannot be read is left out.
pub(crate) fn names(module: &Scanned<'_>, adapter: &Scanned<'_>, layout: &Layout) -> NameSection {
    let place = |function: u32| layout.module_functions.get(function as usize).copied();
    let own_names =
        module.customs.iter().find(|(name, _)| *name == "name").map(|(_, data)| *data).unwrap_or_default();
    // By their new indices, since maps are sorted.
    let mut functions: BTreeMap<u32, &str> = BTreeMap::new();
    for export in &adapter.exports {
        if let Some(index) = layout.adapter_functions.get(export.index as usize).copied().flatten()
            && export.kind == wasmparser::ExternalKind::Func
        {
            functions.insert(index, export.name.split_once('#').map_or(export.name, |(_, name)| name));
        }
    }
    // A module without names has at least those of its exports.
    for export in module.exports.iter().filter(|export| export.kind == wasmparser::ExternalKind::Func) {
        if let Some(index) = place(export.index) {
            functions.insert(index, export.name);
        }
    }
    let (mut locals, mut labels) = (BTreeMap::new(), BTreeMap::new());
    let mut section = NameSection::new();
    let mut rest = Vec::new();
    for name in NameSectionReader::new(BinaryReader::new(own_names, 0)).map_while(Result::ok) {
        match name {
            Name::Module { name, .. } => section.module(name),
            Name::Function(names) => {
                for naming in names.into_iter().map_while(Result::ok) {
                    // The names of imports are the adapter's.
                    if naming.index >= module.import_count()
                        && let Some(index) = place(naming.index)
                    {
                        functions.insert(index, naming.name);
                    }
                }
            }
            Name::Local(names) => indirect(names, &mut locals, place),
            Name::Label(names) => indirect(names, &mut labels, place),
            Name::Type(names) => rest.push((4, direct(names))),
            Name::Table(names) => rest.push((5, direct(names))),
            Name::Memory(names) => rest.push((6, direct(names))),
            Name::Global(names) => rest.push((7, direct(names))),
            Name::Element(names) => rest.push((8, direct(names))),
            Name::Data(names) => rest.push((9, direct(names))),
            Name::Field(_) | Name::Tag(_) | Name::Unknown { .. } => {}
        }
    }
    let mut map = NameMap::new();
    functions.iter().for_each(|(index, name)| map.append(*index, name));
    section.functions(&map);
    if !locals.is_empty() {
        section.locals(&indirect_map(&locals));
    }
    if !labels.is_empty() {
        section.labels(&indirect_map(&labels));
    }
    rest.sort_by_key(|(id, _)| *id);
    for (id, names) in &rest {
        match id {
            4 => section.types(names),
            5 => section.tables(names),
            6 => section.memories(names),
            7 => section.globals(names),
            8 => section.elements(names),
            _ => section.data(names),
        }
    }
    section
}

fn direct(names: wasmparser::NameMap<'_>) -> NameMap {
    let mut map = NameMap::new();
    names.into_iter().map_while(Result::ok).for_each(|naming| map.append(naming.index, naming.name));
    map
}

fn indirect(
    names: wasmparser::IndirectNameMap<'_>,
    into: &mut BTreeMap<u32, NameMap>,
    place: impl Fn(u32) -> Option<u32>,
) {
    for naming in names.into_iter().map_while(Result::ok) {
        if let Some(index) = place(naming.index) {
            into.insert(index, direct(naming.names));
        }
    }
}

fn indirect_map(names: &BTreeMap<u32, NameMap>) -> IndirectNameMap {
    let mut map = IndirectNameMap::new();
    names.iter().for_each(|(index, names)| map.append(*index, names));
    map
}
