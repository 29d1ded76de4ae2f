//! `.editorconfig` in the folder of a file and in those above it.

use std::path::Path;

use ec4rs::property::{Charset, EndOfLine, FinalNewline, IndentSize, IndentStyle, TabWidth, TrimTrailingWs};
use witdock_editor_core::{Encoding, Format, LineEnding};

use super::Preferences;

/// What the folders of a file say about it. Reads files.
///
/// # Errors
///
/// The problem of a file that is not valid: nothing is taken from any then.
pub fn of_folders(path: &Path) -> Result<Preferences, String> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut said = ec4rs::properties_of(&absolute).map_err(|error| format!(".editorconfig: {error}"))?;
    said.use_fallbacks();
    let width = |width: usize| u8::try_from(width).ok().filter(|width| (1..=16).contains(width));
    let tab_width = match said.get::<TabWidth>() {
        Ok(TabWidth::Value(columns)) => width(columns),
        Err(_) => None,
    };
    Ok(Preferences {
        language: None,
        tabs: said.get::<IndentStyle>().ok().map(|style| style == IndentStyle::Tabs),
        indent: match said.get::<IndentSize>() {
            Ok(IndentSize::Value(columns)) => width(columns),
            Ok(IndentSize::UseTabWidth) => tab_width,
            Err(_) => None,
        },
        tab_width,
        line_ending: match said.get::<EndOfLine>() {
            Ok(EndOfLine::Lf) => Some(LineEnding::Lf),
            Ok(EndOfLine::CrLf) => Some(LineEnding::CrLf),
            _ => None,
        },
        trims: match said.get::<TrimTrailingWs>() {
            Ok(TrimTrailingWs::Value(trims)) => Some(trims),
            Err(_) => None,
        },
        final_newline: match said.get::<FinalNewline>() {
            Ok(FinalNewline::Value(ends)) => Some(ends),
            Err(_) => None,
        },
        format: said.get::<Charset>().ok().and_then(format),
    })
}

fn format(charset: Charset) -> Option<Format> {
    let (encoding, bom) = match charset {
        Charset::Utf8 => (Encoding::UTF_8, false),
        Charset::Utf8Bom => (Encoding::UTF_8, true),
        Charset::Utf16Le => (Encoding::UTF_16_LE, true),
        Charset::Utf16Be => (Encoding::UTF_16_BE, true),
        Charset::Latin1 => (Encoding::named("latin1")?, false),
    };
    Some(Format { encoding, bom })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn folders_say_how_their_files_are_edited() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(
            folder.path().join(".editorconfig"),
            "root = true\n[*]\nindent_style = space\nindent_size = 2\nend_of_line = crlf\ncharset = latin1\n\
             trim_trailing_whitespace = true\ninsert_final_newline = true\n[*.go]\nindent_style = tab\n",
        )
        .unwrap();
        fs::write(inner.join(".editorconfig"), "[*.rs]\nindent_size = 3\ntab_width = 99\n").unwrap();
        let text = of_folders(&inner.join("a.txt")).unwrap();
        assert_eq!(
            (text.tabs, text.indent, text.line_ending),
            (Some(false), Some(2), Some(LineEnding::CrLf))
        );
        assert_eq!((text.trims, text.final_newline), (Some(true), Some(true)));
        assert_eq!(text.format.map(|format| format.to_string()).as_deref(), Some("windows-1252"));
        assert_eq!(of_folders(&inner.join("a.go")).unwrap().tabs, Some(true));
        let rust = of_folders(&inner.join("a.rs")).unwrap();
        assert_eq!((rust.indent, rust.tab_width), (Some(3), None));
        fs::write(inner.join(".editorconfig"), "[*]\nno sense\n").unwrap();
        assert!(of_folders(&inner.join("a.rs")).unwrap_err().contains(".editorconfig"));
    }
}
