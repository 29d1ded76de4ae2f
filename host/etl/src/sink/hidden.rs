use std::path::Path;

use sha2::{Digest, Sha256};

/// The longest name of a target that is as it is in the names of hidden files beside it. Those have up to 104 bytes more, and file systems allow 255.
const LONGEST: usize = 150;

/// How the names of all hidden files beside a target begin: a dot, the target's name, a dot. A name that is long, or no text, is shortened, and has its digest.
pub(super) fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default();
    match name.to_str() {
        Some(text) if text.len() <= LONGEST => format!(".{text}."),
        _ => {
            let digest = Sha256::digest(name.as_encoded_bytes());
            let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            let text = name.to_string_lossy();
            format!(".{}~{digest}.", text.get(..text.floor_char_boundary(100)).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_shortened_and_stays_its_own() {
        assert_eq!(prefix(Path::new("out/rows.csv")), ".rows.csv.");
        let long = |end: &str| prefix(Path::new(&format!("out/{}{end}", "ä".repeat(100))));
        assert!(long("1.csv").len() < 130 && long("1.csv").starts_with(".ä"));
        assert_ne!(long("1.csv"), long("2.csv"));
    }
}
