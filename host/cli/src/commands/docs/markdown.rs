//! Writes a reference as Markdown.

use std::fmt::Write;

use super::code::{Code, Piece};
use super::reference::{Item, Reference, Section, first_sentence};

pub(super) fn page(reference: &Reference) -> String {
    let mut page = Page::default();
    page.paragraph(&format!("# {}", reference.package));
    page.paragraph(&reference.docs);
    page.contents("World", &reference.worlds);
    page.contents("Interface", &reference.interfaces);
    for world in &reference.worlds {
        page.section("World", world);
    }
    for interface in &reference.interfaces {
        page.section("Interface", interface);
    }
    page.0
}

/// The text so far: paragraphs with an empty line between them.
#[derive(Default)]
struct Page(String);

impl Page {
    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0 += text;
        self.0.push('\n');
    }

    /// A table of sections, each with the first sentence of its documentation.
    fn contents(&mut self, noun: &str, sections: &[Section]) {
        if sections.is_empty() {
            return;
        }
        let mut table = format!("| {noun} | |\n|---|---|");
        for Section { name, anchor, docs, .. } in sections {
            // Writing to a string cannot fail.
            let _ =
                write!(table, "\n| [`{name}`](#{anchor}) | {} |", first_sentence(docs).replace('|', "\\|"));
        }
        self.paragraph(&table);
    }

    fn section(&mut self, noun: &str, section: &Section) {
        let Section { name, anchor, marks, docs, code, used_by, items } = section;
        self.paragraph(&format!("<a id=\"{anchor}\"></a>\n\n## {noun} `{name}`"));
        let used_by = used_by.iter().map(inline);
        let notes: Vec<String> = marks.iter().cloned().chain(used_by).collect();
        self.paragraph(&emphasized(&notes));
        self.paragraph(docs);
        if let Some(code) = code {
            self.code(code);
        }
        for item in items {
            self.item(item, "###", "");
        }
    }

    fn item(&mut self, item: &Item, level: &str, within: &str) {
        let Item { kind, name, anchor, marks, code, docs, parts, items } = item;
        self.paragraph(&format!("<a id=\"{anchor}\"></a>\n\n{level} {kind} `{within}{name}`"));
        self.paragraph(&emphasized(marks));
        self.code(code);
        self.paragraph(docs);
        let parts: Vec<String> =
            parts.iter().map(|(name, docs)| format!("- `{name}`: {}", docs.replace('\n', "\n  "))).collect();
        self.paragraph(&parts.join("\n"));
        for inner in items {
            self.item(inner, "####", &format!("{name}."));
        }
    }

    /// A block of WIT, and the links of its names below it, since a code block cannot contain links.
    fn code(&mut self, code: &Code) {
        self.paragraph(&format!("```wit\n{code}\n```"));
        let links: Vec<String> =
            code.links().iter().map(|(text, anchor)| format!("[`{text}`](#{anchor})")).collect();
        if !links.is_empty() {
            self.paragraph(&format!("→ {}", links.join(", ")));
        }
    }
}

fn inline(code: &Code) -> String {
    let pieces = code.0.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Link { text, anchor } => format!("[`{text}`](#{anchor})"),
    });
    pieces.collect()
}

fn emphasized(notes: &[String]) -> String {
    if notes.is_empty() { String::new() } else { format!("*{}*", notes.join(" · ")) }
}
