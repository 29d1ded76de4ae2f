//! Classifies bytes that are not a component, for error messages.

use serde::Serialize;

/// Why bytes are not a component. Its text names the likely cause and the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "kebab-case", tag = "problem")]
#[non_exhaustive]
pub enum NotAComponent {
    /// The file has no bytes.
    #[error("the file is empty. The build that writes it may still be running, or it failed")]
    Empty,
    /// All bytes are zero, as after a crash in the middle of a write.
    #[error(
        "the file contains only zero bytes, {bytes} of them. The write was probably interrupted. Build the plugin again"
    )]
    Zeros {
        /// The file's length, bytes.
        bytes: usize,
    },
    /// The file begins like WebAssembly and ends too early.
    #[error(
        "the file is incomplete: it ends after {bytes} bytes, before its last section does. The build that writes it may \
         still be running, or a copy or download was interrupted"
    )]
    Truncated {
        /// The file's length, bytes.
        bytes: usize,
    },
    /// The file is a core module, which needs a component type and an encoder to become a component.
    #[error("the file is a core WebAssembly module, but a plugin must be a component.\n{}", core_module_help(*has_component_type))]
    CoreModule {
        /// Whether it has a `component-type` section, which bindings generators write.
        has_component_type: bool,
    },
    /// The file does not begin with the magic bytes of WebAssembly.
    #[error("the file is not WebAssembly: it looks like {looks_like}{}", .remedy.as_deref().map(|remedy| format!(". {remedy}")).unwrap_or_default())]
    Other {
        /// The format that its first bytes belong to, such as `a zip archive`.
        looks_like: String,
        /// How to get a component from it, if there is a way.
        remedy: Option<String>,
    },
    /// The file is a component that the validator rejects.
    #[error(
        "the file is not a valid component: {reason} (at byte {offset} of {bytes}). It is damaged, or an incompatible version of a \
         tool wrote it. Build it again"
    )]
    Invalid {
        /// The message of the validator.
        reason: String,
        /// The place of the error, in bytes from the start.
        offset: usize,
        /// The file's length, bytes.
        bytes: usize,
    },
}

fn core_module_help(has_component_type: bool) -> &'static str {
    if has_component_type {
        "The module has a component type: run `wasm-tools component new core.wasm -o plugin.wasm`. \
         In Rust, add a plugin.toml to the project's folder and load the folder: the host then builds the component"
    } else {
        "In Rust, use wit-bindgen's `generate!`, add a plugin.toml to the project's folder and load the folder: the host \
         then builds the component. In other languages, add the world to the module with `wasm-tools component embed`, and \
         convert it with `wasm-tools component new`"
    }
}

/// The first bytes of every WebAssembly binary.
pub(super) const WASM_MAGIC: &[u8] = b"\0asm";

/// Classifies bytes that do not begin with [`WASM_MAGIC`].
pub(super) fn recognize(bytes: &[u8]) -> NotAComponent {
    const KNOWN: [(&[u8], &str); 15] = [
        (b"\x1f\x8b", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x28\xb5\x2f\xfd", "a file compressed with zstd"),
        (b"\xfd7zXZ\0", "a file compressed with xz"),
        (b"\x7fELF", "a native program or library (ELF)"),
        (b"\xcf\xfa\xed\xfe", "a native program or library (Mach-O)"),
        (b"\xca\xfe\xba\xbe", "a native program or library (Mach-O) or a Java class"),
        (b"MZ", "a native program or library (Windows)"),
        (b"!<arch>", "a static library"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"version https://git-lfs", "a Git LFS pointer"),
        (b"#!", "a script"),
        (b"<", "an HTML or XML page"),
        (b"{", "JSON"),
        (b"\x89PNG", "a picture"),
    ];
    let other = |looks_like: &str, remedy: Option<&str>| NotAComponent::Other {
        looks_like: looks_like.to_owned(),
        remedy: remedy.map(str::to_owned),
    };
    if bytes.is_empty() {
        return NotAComponent::Empty;
    }
    if WASM_MAGIC.starts_with(bytes) {
        return NotAComponent::Truncated { bytes: bytes.len() };
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return NotAComponent::Zeros { bytes: bytes.len() };
    }
    let text = text_start(bytes);
    if text.is_some_and(|text| text.starts_with("(module") || text.starts_with("(component")) {
        return other(
            "WebAssembly's text format",
            Some("Convert it with `wasm-tools parse plugin.wat -o plugin.wasm`"),
        );
    }
    if text.is_some_and(|text| text.starts_with("package ") || text.starts_with("world ")) {
        return other(
            "a WIT file, which describes an interface",
            Some("Give the plugin's component or its folder"),
        );
    }
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let archive = name.starts_with("a gzip") || name.starts_with("a zip") || name.contains("compressed");
        return other(name, archive.then_some("Unpack it first"));
    }
    if text.is_some() {
        return other("text", None);
    }
    let first: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    other(&format!("an unknown format (first bytes: {})", first.join(" ")), None)
}

/// The start of a text after white space and comments, or `None` if the bytes are not UTF-8 text.
fn text_start(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..bytes.len().min(4096))?;
    let mut text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    if text.contains('\0') {
        return None;
    }
    loop {
        text = text.trim_start_matches('\u{feff}').trim_start();
        let comment = text.starts_with(";;") || text.starts_with("//");
        match text.split_once('\n') {
            Some((_, rest)) if comment => text = rest,
            _ => return Some(text),
        }
    }
}
