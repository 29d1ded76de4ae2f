//! Hands over as much as it can, of one kind.

use witdock_editor_guest::decorations::Decorations;
use witdock_editor_guest::panels::{Panel, PanelLine};
use witdock_editor_guest::prompts::{Choice, ChoiceQuestion};
use witdock_editor_guest::status_line::Segment;
use witdock_editor_guest::{CommandError, Document, Edit, Invocation, Scope, Span, clipboard, jobs};

/// As long as the text of a span may be.
const SPAN_BYTES: usize = 8 << 10;
/// A piece of text that crosses at once.
const PIECE_BYTES: usize = 15 << 20;
/// Things of a kind in one call, fewer than there may be.
const THINGS: u64 = 8;

fn spans() -> Vec<Span> {
    (0..50).map(|_| Span::new("x".repeat(SPAN_BYTES), Scope::Plain)).collect()
}

/// Every call uses names of its own.
pub(crate) fn hoard(what: &str, call: u64, document: &Document) -> Result<(), CommandError> {
    let names = (0..THINGS).map(|number| format!("{call}-{number}"));
    match what {
        "segments" => names.for_each(|name| Segment::new(spans()).show(&name)),
        "panels" => {
            for name in names {
                Panel::new("Hoard").line(PanelLine::new(spans())).show(&name)?;
            }
        }
        "decorations" => {
            for name in names {
                Decorations::new().after_line(0, spans()).show(document.version(), &name)?;
            }
        }
        "questions" => {
            for name in names {
                let choices = (0..50).map(|_| Choice::new("x".repeat(SPAN_BYTES))).collect();
                ChoiceQuestion::new(&name, choices).pick()?;
            }
        }
        "jobs" => {
            for _ in names {
                let piece = "x".repeat(PIECE_BYTES);
                let queued = jobs::run(&Invocation::new("faulty-extension.greet").argument(piece));
                queued.map_err(|error| CommandError::Failed(format!("{error:?}")))?;
            }
        }
        "copies" => names.for_each(|_| clipboard::write(&"x".repeat(PIECE_BYTES))),
        "pieces" => {
            for _ in names {
                document.apply(vec![Edit::insert(0, "x".repeat(PIECE_BYTES))])?;
            }
        }
        "piece" => document.apply(vec![Edit::insert(0, "x".repeat(PIECE_BYTES))]).map(drop)?,
        _ => return Err(CommandError::Argument(format!("`{what}` cannot be hoarded"))),
    }
    Ok(())
}
