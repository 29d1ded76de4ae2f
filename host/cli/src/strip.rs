//! Strips names and debug information from a component.

use wasmparser::{BinaryReader, BinaryReaderError};

/// The first bytes of any module or component: the magic number, the version and the layer.
const HEADER: usize = 8;
/// The layer of a component, in the header's last two bytes.
const COMPONENT_LAYER: [u8; 2] = [1, 0];
const CUSTOM: u8 = 0;
/// The sections of a component that contain a module or a component.
const NESTED: [u8; 2] = [1, 4];

/// The component without names and debug information in any of its modules. The section `producers` stays.
///
/// # Errors
///
/// When the bytes are not a component or module.
pub(crate) fn strip(binary: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(binary, 0);
    let header = reader.read_bytes(HEADER)?;
    let is_component = header.ends_with(&COMPONENT_LAYER);
    let mut stripped = header.to_vec();
    while !reader.eof() {
        let id = reader.read_u8()?;
        let length = reader.read_var_u32()?;
        let content = reader.read_bytes(usize::try_from(length).unwrap_or(usize::MAX))?;
        if id == CUSTOM && is_debug_information(BinaryReader::new(content, 0).read_string()?) {
            continue;
        }
        if is_component && NESTED.contains(&id) {
            push(&mut stripped, id, &strip(content)?);
        } else {
            push(&mut stripped, id, content);
        }
    }
    Ok(stripped)
}

fn is_debug_information(name: &str) -> bool {
    matches!(name, "name" | "component-name" | "external_debug_info" | "sourceMappingURL")
        || name.starts_with(".debug_")
}

fn push(binary: &mut Vec<u8>, id: u8, content: &[u8]) {
    binary.push(id);
    let mut rest = content.len();
    loop {
        // LEB128: seven bits a byte, the lowest first.
        let bits = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        if rest == 0 {
            binary.push(bits);
            break;
        }
        binary.push(bits | 0x80);
    }
    binary.extend_from_slice(content);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_debug_information_are_stripped() {
        let component = wat::parse_str(
            r#"(component $outer
                (core module $inner
                    (func $named (export "run") (result i32) (i32.const 42))
                    (@custom ".debug_info" "x")
                    (@custom "producers" "\00"))
                (core instance $i (instantiate $inner))
                (func (export "run") (result u32) (canon lift (core func $i "run"))))"#,
        )
        .unwrap();
        let stripped = strip(&component).unwrap();
        assert!(stripped.len() < component.len());
        let has = |text: &str| stripped.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(!has("named") && !has(".debug_info") && !has("component-name"));
        assert!(has("producers"));
        wasmparser::Validator::new().validate_all(&stripped).unwrap();
        assert_eq!(strip(&stripped).unwrap(), stripped);
    }

    #[test]
    fn a_truncated_component_is_refused() {
        assert!(strip(b"\0asm").is_err());
        assert!(strip(b"\0asm\x0d\0\x01\0\x01\x7f").is_err());
    }
}
