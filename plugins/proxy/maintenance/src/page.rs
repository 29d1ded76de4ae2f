//! What clients see.

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            character => html.push(character),
        }
    }
    html
}

pub(crate) fn html(title: &str, message: &str) -> String {
    let (title, message) = (escaped(title), escaped(message));
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>body {{ font: 1.1em/1.5 system-ui, sans-serif; max-width: 34em; margin: 20vh auto; padding: 0 1em; color: #333 }}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n<p>{message}</p>\n</body>\n</html>\n"
    )
}

pub(crate) fn json(title: &str, message: &str) -> String {
    let quoted = |text: &str| {
        let mut json = String::from("\"");
        for character in text.chars() {
            match character {
                '"' | '\\' => json.extend(['\\', character]),
                control if control < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(control))),
                character => json.push(character),
            }
        }
        json + "\""
    };
    format!("{{\"status\":503,\"title\":{},\"detail\":{}}}\n", quoted(title), quoted(message))
}
