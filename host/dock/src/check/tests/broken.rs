//! Bytes that are not a component, and damaged components.

use super::{component, world};
use crate::check::{Misfit, NotAComponent, check};

const WIT: &str = "package a:b@0.1.0;
    interface i { record r { x: u32, y: list<string> } resource s { f: func(r: r) -> result<r, string>; } }
    world w { import i; export i; }";

fn not_a_component(bytes: &[u8]) -> NotAComponent {
    match check(bytes, &world(WIT), &[]) {
        Err(Misfit::NotAComponent(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn recognizes_common_file_formats() {
    assert_eq!(not_a_component(b""), NotAComponent::Empty);
    for (bytes, looks_like) in [
        (&b"(component)"[..], "WebAssembly's text format"),
        (b"  ;; a comment\n(module)", "WebAssembly's text format"),
        (b"package a:b;\nworld w {}", "a WIT file"),
        (b"\x1f\x8b\x08\0\0\0", "a gzip archive. Unpack it first"),
        (b"PK\x03\x04rest", "a zip archive. Unpack it first"),
        (b"\x7fELF\x02\x01", "a native program or library (ELF)"),
        (b"<!DOCTYPE html>", "an HTML or XML page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"fn main() {}", "text"),
        (b"\xde\xad\xbe\xef", "an unknown format (first bytes: de ad be ef)"),
    ] {
        let message = not_a_component(bytes).to_string();
        assert!(message.contains(&format!("it looks like {looks_like}")), "{message}");
    }
    let zeros = not_a_component(&[0; 8]);
    assert_eq!(zeros, NotAComponent::Zeros { bytes: 8 });
    assert!(zeros.to_string().contains("only zero bytes"), "{zeros}");
}

#[test]
fn explains_how_to_convert_a_core_module() {
    let bare = wat::parse_str("(module)").unwrap();
    let message = not_a_component(&bare).to_string();
    assert!(message.contains("core WebAssembly module, but a plugin must be a component"), "{message}");
    assert!(message.contains("plugin.toml") && message.contains("`wasm-tools component embed`"), "{message}");

    let typed = wat::parse_str("(module (@custom \"component-type:w\" \"\"))").unwrap();
    assert_eq!(not_a_component(&typed), NotAComponent::CoreModule { has_component_type: true });
    assert!(
        not_a_component(&typed).to_string().contains("`wasm-tools component new core.wasm -o plugin.wasm`")
    );
}

#[test]
fn reports_a_truncated_file_with_its_length() {
    let whole = component(WIT);
    assert!(check(&whole, &world(WIT), &[]).is_ok());
    // A cut between two sections leaves a smaller component; a cut anywhere else is an error.
    let mut cut_off = 0;
    for length in 1..whole.len() {
        match check(&whole[..length], &world(WIT), &[]) {
            Err(Misfit::NotAComponent(NotAComponent::Truncated { bytes })) => {
                assert_eq!(bytes, length);
                cut_off += 1;
            }
            Err(Misfit::Differences(_)) => {}
            // Custom sections at the end are optional.
            Ok(_) => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    assert!(cut_off > whole.len() - 60, "{cut_off} of {}", whole.len());
}

#[test]
fn reports_the_offset_of_an_error() {
    // A component section with an alias of a missing item.
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend([0x06, 0x05, 0x01, 0x01, 0x00, 0x07, 0x00]);
    let NotAComponent::Invalid { offset, bytes: length, .. } = not_a_component(&bytes) else { panic!() };
    assert!(offset >= 8 && offset <= length && length == bytes.len());
}

/// Flips bits in each byte of a component in turn: the check may accept or reject it, but must not panic.
#[test]
fn never_panics_on_a_damaged_component() {
    let whole = component(WIT);
    let world_bytes = world(WIT);
    let mut refused = 0;
    for position in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff, 0x40] {
            let mut damaged = whole.clone();
            damaged[position] ^= flip;
            if let Err(misfit) = check(&damaged, &world_bytes, &[]) {
                assert!(!misfit.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(refused > whole.len(), "{refused}");

    // The world's bytes come from the host; damaged ones must not panic either.
    for position in 0..world_bytes.len() {
        let mut damaged = world_bytes.clone();
        damaged[position] ^= 0xff;
        if let Err(misfit) = check(&whole, &damaged, &[]) {
            assert!(!misfit.to_string().is_empty());
        }
        let _ = check(&whole, &world_bytes[..position], &[]);
    }
}
