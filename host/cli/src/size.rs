//! Sizes in bytes, as people read them.

/// With all its digits: `1,234,567 bytes`.
pub(crate) fn exact(bytes: usize) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + " bytes"
}

/// In a unit that fits: `1.2 MiB`, `-` for nothing.
pub(crate) fn short(bytes: usize) -> String {
    match bytes {
        0 => "-".to_owned(),
        bytes if bytes >= 1 << 20 => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        bytes if bytes >= 1 << 10 => format!("{:.1} KiB", bytes as f64 / f64::from(1 << 10)),
        bytes => format!("{bytes} B"),
    }
}
