//! Writes a reference as one HTML page.

use pulldown_cmark::{Event, Options, Parser, html};

use super::code::{Code, Piece};
use super::reference::{Item, Reference, Section, first_sentence};

const STYLE: &str = include_str!("style.css");

pub(super) fn page(reference: &Reference) -> String {
    let Reference { package, docs, worlds, interfaces, .. } = reference;
    let name = escape(package);
    let mut body = format!("<h1>{name}</h1>\n{}", rendered(docs));
    body += &contents("Worlds", worlds);
    body += &contents("Interfaces", interfaces);
    for world in worlds {
        body += &section("World", world);
    }
    for interface in interfaces {
        body += &section("Interface", interface);
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<nav>\n<a class=\"top\" href=\"#\">{name}</a>\n{}{}</nav>\n\
         <main>\n{body}</main>\n</body>\n</html>\n",
        links("Worlds", worlds),
        links("Interfaces", interfaces),
    )
}

/// The list beside the page: the sections and the items in each.
fn links(title: &str, sections: &[Section]) -> String {
    if sections.is_empty() {
        return String::new();
    }
    let link = |name: &str, anchor: &str| format!("<a href=\"#{}\">{}</a>", escape(anchor), escape(name));
    let entries = sections.iter().map(|section| {
        let items: String =
            section.items.iter().map(|item| format!("<li>{}</li>", link(&item.name, &item.anchor))).collect();
        let items = if items.is_empty() { items } else { format!("<ul>{items}</ul>") };
        format!("<li>{}{items}</li>\n", link(&section.name, &section.anchor))
    });
    format!("<h2>{title}</h2>\n<ul>\n{}</ul>\n", entries.collect::<String>())
}

fn contents(title: &str, sections: &[Section]) -> String {
    if sections.is_empty() {
        return String::new();
    }
    let rows = sections.iter().map(|Section { name, anchor, docs, .. }| {
        format!(
            "<tr><td><a href=\"#{}\"><code>{}</code></a></td><td>{}</td></tr>\n",
            escape(anchor),
            escape(name),
            rendered(&first_sentence(docs))
        )
    });
    format!("<h3>{title}</h3>\n<table>\n{}</table>\n", rows.collect::<String>())
}

fn section(noun: &str, section: &Section) -> String {
    let Section { name, anchor, marks, docs, code, used_by, items } = section;
    let mut text = format!(
        "<section id=\"{}\">\n<h2>{noun} <code>{}</code>{}</h2>\n",
        escape(anchor),
        escape(name),
        badges(marks)
    );
    if !used_by.is_empty() {
        let used_by: Vec<String> = used_by.iter().map(linked).collect();
        text += &format!("<p class=\"used\">{}</p>\n", used_by.join(" · "));
    }
    text += &rendered(docs);
    text += &code.as_ref().map_or_else(String::new, block);
    text += &items.iter().map(|inner| item(inner, "h3", "")).collect::<String>();
    text + "</section>\n"
}

fn item(shown: &Item, heading: &str, within: &str) -> String {
    let Item { kind, name, anchor, marks, code, docs, parts, items } = shown;
    let mut text = format!(
        "<article id=\"{}\">\n<{heading}><span class=\"kind\">{kind}</span> <code>{}{}</code>{}</{heading}>\n{}{}",
        escape(anchor),
        escape(within),
        escape(name),
        badges(marks),
        block(code),
        rendered(docs),
    );
    if !parts.is_empty() {
        let rows = parts.iter().map(|(name, docs)| {
            format!("<dt><code>{}</code></dt><dd>{}</dd>\n", escape(name), rendered(docs))
        });
        text += &format!("<dl>\n{}</dl>\n", rows.collect::<String>());
    }
    text += &items.iter().map(|inner| item(inner, "h4", &format!("{name}."))).collect::<String>();
    text + "</article>\n"
}

fn badges(marks: &[String]) -> String {
    marks.iter().map(|mark| format!(" <span class=\"mark\">{}</span>", escape(mark))).collect()
}

fn block(code: &Code) -> String {
    format!("<pre><code>{}</code></pre>\n", linked(code))
}

fn linked(code: &Code) -> String {
    let pieces = code.0.iter().map(|piece| match piece {
        Piece::Text(text) => escape(text),
        Piece::Link { text, anchor } => format!("<a href=\"#{}\">{}</a>", escape(anchor), escape(text)),
    });
    pieces.collect()
}

/// Markdown as HTML. HTML in it is escaped, since the WIT may come from a stranger.
fn rendered(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        event => event,
    });
    let mut text = String::new();
    html::push_html(&mut text, events);
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
