//! Decodes the types of a component's imports and exports.

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::types::Types;
use wasmparser::{Chunk, Encoding, Parser, Payload, ValidPayload, Validator, WasmFeatures};

use super::bytes::{NotAComponent, WASM_MAGIC, recognize};
use super::name::InterfaceName;
use super::surface::{Items, Surface};

/// Reads a component's imports and exports.
///
/// It validates everything except the code inside functions, which is most of the bytes and which the compiler validates.
pub(super) fn component(bytes: &[u8]) -> Result<Surface, NotAComponent> {
    if !bytes.starts_with(WASM_MAGIC) {
        return Err(recognize(bytes));
    }
    if Parser::is_core_wasm(bytes) {
        return Err(NotAComponent::CoreModule { has_component_type: has_component_type(bytes) });
    }
    let (types, names) = validate(bytes)?;
    let items = |names: Vec<&str>, find: &dyn Fn(&str) -> Option<ComponentEntityType>| -> Items {
        names.into_iter().filter_map(|name| Some((InterfaceName::new(name), find(name)?))).collect()
    };
    let imports = items(names.imports, &|name| Some(types.as_ref().component_item_for_import(name)?.ty));
    let exports = items(names.exports, &|name| Some(types.as_ref().component_item_for_export(name)?.ty));
    Ok(Surface::new(types, imports, exports))
}

/// Reads an encoded world, as `wit_component::metadata::encode` writes it: a component that exports one component
/// type, which exports the world itself under the world's full name.
pub(super) fn world(bytes: &[u8]) -> Result<(InterfaceName, Surface), String> {
    let unlike = || "this is not an encoded world".to_owned();
    let (types, names) = validate(bytes).map_err(|error| error.to_string())?;
    let outer = names
        .exports
        .into_iter()
        .find_map(|name| match types.as_ref().component_item_for_export(name)?.ty {
            ComponentEntityType::Type { created: ComponentAnyTypeId::Component(id), .. } => Some(id),
            _ => None,
        })
        .ok_or_else(unlike)?;
    let (name, world) = types[outer]
        .exports
        .iter()
        .find_map(|(name, item)| match item.ty {
            ComponentEntityType::Component(id) => Some((name, id)),
            _ => None,
        })
        .ok_or_else(unlike)?;
    let name = InterfaceName::new(name);
    let items = |items: &mut dyn Iterator<Item = (&str, ComponentEntityType)>| -> Items {
        items.map(|(name, item)| (InterfaceName::new(name), item)).collect()
    };
    let imports = items(&mut types[world].imports.iter().map(|(name, item)| (name.as_str(), item.ty)));
    let exports = items(&mut types[world].exports.iter().map(|(name, item)| (name.as_str(), item.ty)));
    Ok((name, Surface::new(types, imports, exports)))
}

#[derive(Default)]
struct Names<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

/// Validates a component, and lists the names of its own imports and exports in their order.
fn validate(bytes: &[u8]) -> Result<(Types, Names<'_>), NotAComponent> {
    // The engine rejects disabled proposals when it compiles.
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let invalid = |error: wasmparser::Error| NotAComponent::Invalid {
        reason: error.message().to_owned(),
        offset: error.offset(),
        bytes: bytes.len(),
    };
    let truncated = NotAComponent::Truncated { bytes: bytes.len() };
    let mut names = Names::default();
    let mut parser = Parser::new(0);
    let mut outer = Vec::new();
    let mut rest = bytes;
    loop {
        let ended = rest.is_empty();
        let (consumed, payload) = match parser.parse(rest, ended).map_err(invalid)? {
            Chunk::Parsed { consumed, payload } => (consumed, payload),
            Chunk::NeedMoreData(_) => return Err(truncated),
        };
        rest = rest.get(consumed..).unwrap_or_default();
        let valid = validator.payload(&payload).map_err(invalid)?;
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } if outer.is_empty() => {
                return Err(NotAComponent::CoreModule { has_component_type: false });
            }
            Payload::ComponentImportSection(section) if outer.is_empty() => {
                for import in section {
                    names.imports.push(import.map_err(invalid)?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if outer.is_empty() => {
                for export in section {
                    names.exports.push(export.map_err(invalid)?.name.name);
                }
            }
            Payload::ModuleSection { parser: inner, unchecked_range }
            | Payload::ComponentSection { parser: inner, unchecked_range } => {
                // The parser takes the end of the file for the end of the nested module or component.
                if unchecked_range.end > bytes.len() {
                    return Err(truncated);
                }
                outer.push(std::mem::replace(&mut parser, inner));
            }
            Payload::End(_) => match (outer.pop(), valid) {
                (Some(outer), _) => parser = outer,
                (None, ValidPayload::End(types)) => return Ok((types, names)),
                // The validator and the parser agree on where the component ends.
                (None, _) => return Err(truncated),
            },
            _ => {}
        }
    }
}

fn has_component_type(module: &[u8]) -> bool {
    Parser::new(0).parse_all(module).map_while(Result::ok).any(|payload| {
        matches!(payload, Payload::CustomSection(section) if section.name().starts_with("component-type"))
    })
}
