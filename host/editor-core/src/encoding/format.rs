//! The encoding of a file.

use std::fmt;

/// A character encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Encoding(pub(super) &'static encoding_rs::Encoding);

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding::UTF_8
    }
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);
    /// UTF-16, the low byte of each unit first.
    pub const UTF_16_LE: Encoding = Encoding(encoding_rs::UTF_16LE);
    /// UTF-16, the high byte of each unit first.
    pub const UTF_16_BE: Encoding = Encoding(encoding_rs::UTF_16BE);

    /// The encoding of a name, for example `latin1`, as the Encoding Standard lists the names.
    pub fn named(name: &str) -> Option<Encoding> {
        let found = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes())?;
        (found != encoding_rs::X_USER_DEFINED).then_some(Encoding(found))
    }

    /// The name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether it is one of Unicode, which has all characters.
    pub fn is_unicode(self) -> bool {
        [Encoding::UTF_8, Encoding::UTF_16_LE, Encoding::UTF_16_BE].contains(&self)
    }

    /// Whether it is UTF-16.
    pub fn is_unicode_16(self) -> bool {
        self.is_unicode() && self != Encoding::UTF_8
    }

    /// The byte order mark.
    pub(super) fn bom(self) -> &'static [u8] {
        // Statics are no patterns.
        if self == Encoding::UTF_8 {
            b"\xef\xbb\xbf"
        } else if self == Encoding::UTF_16_LE {
            b"\xff\xfe"
        } else if self == Encoding::UTF_16_BE {
            b"\xfe\xff"
        } else {
            b""
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding of a file, and whether the file begins with a byte order mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// The encoding.
    pub encoding: Encoding,
    /// Whether the file begins with a byte order mark. It does not belong to the text.
    pub bom: bool,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.encoding.fmt(f)?;
        let is_usual = self.bom == (self.encoding != Encoding::UTF_8);
        match self.bom {
            _ if is_usual || !self.encoding.is_unicode() => Ok(()),
            true => f.write_str(" with BOM"),
            false => f.write_str(" without BOM"),
        }
    }
}

impl Format {
    /// The formats that a person chooses from, each with the languages or systems that it is for.
    pub fn choices() -> impl Iterator<Item = (Format, &'static str)> {
        CHOICES.iter().filter_map(|(name, bom, about)| {
            Some((Format { encoding: Encoding::named(name)?, bom: *bom }, *about))
        })
    }
}

const CHOICES: &[(&str, bool, &str)] = &[
    ("UTF-8", false, "Unicode"),
    ("UTF-8", true, "Unicode, as some programs on Windows want it"),
    ("UTF-16LE", true, "Unicode, Windows"),
    ("UTF-16BE", true, "Unicode"),
    ("UTF-16LE", false, "Unicode, Windows"),
    ("UTF-16BE", false, "Unicode"),
    ("windows-1252", false, "Western European, also Latin-1"),
    ("ISO-8859-15", false, "Western European, with €"),
    ("macintosh", false, "Western European, old Macs"),
    ("windows-1250", false, "Central European"),
    ("ISO-8859-2", false, "Central European"),
    ("ISO-8859-3", false, "South European"),
    ("ISO-8859-4", false, "North European"),
    ("ISO-8859-10", false, "Nordic"),
    ("ISO-8859-14", false, "Celtic"),
    ("ISO-8859-16", false, "Romanian"),
    ("windows-1257", false, "Baltic"),
    ("ISO-8859-13", false, "Baltic"),
    ("windows-1251", false, "Cyrillic"),
    ("KOI8-R", false, "Russian"),
    ("KOI8-U", false, "Ukrainian"),
    ("ISO-8859-5", false, "Cyrillic"),
    ("IBM866", false, "Cyrillic, DOS"),
    ("x-mac-cyrillic", false, "Cyrillic, old Macs"),
    ("windows-1253", false, "Greek"),
    ("ISO-8859-7", false, "Greek"),
    ("windows-1254", false, "Turkish"),
    ("windows-1255", false, "Hebrew"),
    ("ISO-8859-8", false, "Hebrew"),
    ("windows-1256", false, "Arabic"),
    ("ISO-8859-6", false, "Arabic"),
    ("windows-1258", false, "Vietnamese"),
    ("windows-874", false, "Thai"),
    ("Shift_JIS", false, "Japanese"),
    ("EUC-JP", false, "Japanese"),
    ("ISO-2022-JP", false, "Japanese"),
    ("gb18030", false, "Chinese, simplified"),
    ("GBK", false, "Chinese, simplified"),
    ("Big5", false, "Chinese, traditional"),
    ("EUC-KR", false, "Korean"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_an_encoding_with_a_name_of_its_own() {
        let mut names: Vec<String> = Format::choices().map(|(format, _)| format.to_string()).collect();
        assert_eq!(names.len(), CHOICES.len());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHOICES.len());
        assert_eq!(Encoding::named("latin1").map(Encoding::name), Some("windows-1252"));
        assert_eq!(Encoding::named("no such"), None);
    }
}
