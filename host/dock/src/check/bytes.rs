//! What a file is when it is no component.

use serde::Serialize;

/// Why some bytes are no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "kebab-case", tag = "problem")]
#[non_exhaustive]
pub enum NotAComponent {
    /// There are no bytes.
    #[error("the file is empty: the build that writes it may still be running, or have failed")]
    Empty,
    /// The file begins as WebAssembly does and ends too early.
    #[error(
        "the file is cut off: it has {bytes} bytes and says that there are more. It may still be being written, \
         or the copy or download was broken off"
    )]
    Truncated {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A core module.
    #[error("the file is a core WebAssembly module, and a plugin is a component.\n{}", core_module_help(*has_component_type))]
    CoreModule {
        /// Whether it carries the component type that a bindings generator leaves in it.
        has_component_type: bool,
    },
    /// Something else.
    #[error("the file is not WebAssembly: it looks like {looks_like}{}", .remedy.as_deref().map(|remedy| format!(". {remedy}")).unwrap_or_default())]
    Other {
        /// What it looks like.
        looks_like: String,
        /// How it becomes a component, where there is a way.
        remedy: Option<String>,
    },
    /// A component that breaks the rules of the format.
    #[error(
        "the file is not a valid component: {reason} (at byte {offset} of {bytes}). It is damaged, or made by a tool of another version"
    )]
    Invalid {
        /// What the validator says.
        reason: String,
        /// Where, in bytes from the beginning.
        offset: usize,
        /// How many bytes there are.
        bytes: usize,
    },
}

fn core_module_help(has_component_type: bool) -> &'static str {
    if has_component_type {
        "It carries its component type: `wasm-tools component new core.wasm -o plugin.wasm` finishes it. \
         In Rust, load the project's folder with a plugin.toml in it, and the host builds the component itself"
    } else {
        "In Rust, use wit-bindgen's `generate!` and load the project's folder with a plugin.toml in it: the host then \
         builds the component itself. Otherwise `wasm-tools component embed` adds the world to the module, and \
         `wasm-tools component new` makes it a component"
    }
}

/// The first bytes of every WebAssembly binary.
pub(super) const WASM_MAGIC: &[u8] = b"\0asm";

/// Says what bytes that do not begin as WebAssembly look like.
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
        return other("nothing but zeros, as a file does whose writing was broken off", None);
    }
    let text = text_start(bytes);
    if text.is_some_and(|text| text.starts_with("(module") || text.starts_with("(component")) {
        return other(
            "WebAssembly's text format",
            Some("`wasm-tools parse plugin.wat -o plugin.wasm` makes it binary"),
        );
    }
    if text.is_some_and(|text| text.starts_with("package ") || text.starts_with("world ")) {
        return other("a WIT file: the description of an interface, and not a plugin", None);
    }
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let archive = name.starts_with("a gzip") || name.starts_with("a zip") || name.contains("compressed");
        return other(name, archive.then_some("Unpack it first"));
    }
    if text.is_some() {
        return other("text", None);
    }
    let first: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    other(&format!("nothing known (its first bytes are {})", first.join(" ")), None)
}

/// The beginning of a text after blank space and comments, or `None` if this is no text.
fn text_start(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..bytes.len().min(4096))?;
    let mut text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The cut may have gone through a character.
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
