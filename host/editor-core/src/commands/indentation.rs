use super::View;
use crate::change::Edit;
use crate::indent::indentation;
use crate::transaction::Transaction;

/// Indents the selected lines by one level, except blank lines.
pub fn indent(view: View<'_>) -> Transaction {
    let lines = view.blocks().into_iter().flatten().filter(|&line| !view.is_blank(line));
    view.transaction(lines.map(|line| Edit::insert(view.text.line_start(line), view.style.indent.unit())))
}

/// Removes one level of indentation from the selected lines: a tab, or at most as many spaces as a level has.
pub fn outdent(view: View<'_>) -> Transaction {
    let width = view.style.indent.width(view.style.tab_width);
    let lines = view.blocks().into_iter().flatten();
    view.transaction(lines.map(|line| {
        let indentation = indentation(view.text, line);
        let spaces = indentation.bytes().take(width).take_while(|&byte| byte == b' ').count();
        let tab = usize::from(indentation.as_bytes().get(spaces) == Some(&b'\t') && spaces < width);
        let start = view.text.line_start(line);
        Edit::delete(start..start + spaces + tab)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::check::edits;
    use super::*;

    #[test]
    fn lines_are_indented() {
        edits(indent, "a|b", "    a|b");
        edits(indent, "a[b\n\n  c\n]d", "  a[b\n\n    c\n]d");
        edits(indent, "x\n\t|y", "x\n\t\t|y");
    }

    #[test]
    fn lines_are_outdented() {
        edits(outdent, "x\n    y\nx\n    y\n      a|b", "x\n    y\nx\n    y\n  a|b");
        edits(outdent, "x\n    y\nx\n    y\n  [a\nb\n\tc]", "x\n    y\nx\n    y\n[a\nb\nc]");
        edits(outdent, "x\n    y\nx\n    y\n \ta|", "x\n    y\nx\n    y\na|");
        edits(outdent, "x\n    y\nx\n    y\n|    \ta", "x\n    y\nx\n    y\n|\ta");
    }
}
