//! The memory that values take which the editor keeps for a plugin.

use witdock_editor_core::Edit;

use crate::display::{
    Action, Choice, ChoiceQuestion, Completion, Float, HoverText, Invocation, KeyBinding, KeyContext, Panel,
    PanelLine, Question, Segment, TextQuestion,
};
use crate::documents::{Decoration, Diagnostic, Drawn};
use crate::style::Span;

/// The memory of a value.
pub(crate) trait Size {
    /// The bytes that it takes beside its own, on the heap.
    fn heap_bytes(&self) -> usize;

    /// All bytes that it takes.
    fn bytes(&self) -> usize
    where
        Self: Sized,
    {
        size_of::<Self>() + self.heap_bytes()
    }
}

impl Size for String {
    fn heap_bytes(&self) -> usize {
        self.len()
    }
}

impl<T: Size> Size for Vec<T> {
    fn heap_bytes(&self) -> usize {
        self.iter().map(Size::bytes).sum()
    }
}

impl<T: Size> Size for Option<T> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, Size::heap_bytes)
    }
}

impl Size for Span {
    fn heap_bytes(&self) -> usize {
        self.text.heap_bytes()
    }
}

impl Size for Edit {
    fn heap_bytes(&self) -> usize {
        self.text.heap_bytes()
    }
}

impl Size for Float {
    fn heap_bytes(&self) -> usize {
        self.title.heap_bytes() + self.lines.heap_bytes()
    }
}

impl Size for KeyBinding {
    fn heap_bytes(&self) -> usize {
        let (KeyContext::Language(name) | KeyContext::Panel(name) | KeyContext::Mode(name)) = &self.context;
        self.keys.heap_bytes() + self.command.heap_bytes() + name.heap_bytes()
    }
}

impl Size for Segment {
    fn heap_bytes(&self) -> usize {
        self.spans.heap_bytes()
    }
}

impl Size for Panel {
    fn heap_bytes(&self) -> usize {
        self.title.heap_bytes() + self.lines.heap_bytes()
    }
}

impl Size for PanelLine {
    fn heap_bytes(&self) -> usize {
        self.spans.heap_bytes() + self.action.heap_bytes()
    }
}

impl Size for Action {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::None | Self::GoTo(_) | Self::Open(_) | Self::Do(..) => 0,
            Self::Run(invocation) => invocation.heap_bytes(),
        }
    }
}

impl Size for Invocation {
    fn heap_bytes(&self) -> usize {
        self.command.heap_bytes() + self.argument.heap_bytes()
    }
}

impl Size for Question {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(TextQuestion { title, initial, placeholder }) => {
                title.heap_bytes() + initial.heap_bytes() + placeholder.heap_bytes()
            }
            Self::Choice(ChoiceQuestion { title, choices }) => title.heap_bytes() + choices.heap_bytes(),
        }
    }
}

impl Size for Choice {
    fn heap_bytes(&self) -> usize {
        self.label.heap_bytes() + self.detail.heap_bytes()
    }
}

impl Size for Decoration {
    fn heap_bytes(&self) -> usize {
        match &self.drawn {
            Drawn::Styled(_) => 0,
            Drawn::Inline(spans) | Drawn::AfterLine(spans) => spans.heap_bytes(),
            Drawn::Sign(_, message) => message.heap_bytes(),
            Drawn::Diagnostic(diagnostic) => diagnostic.bytes(),
            Drawn::Mark(_) => 0,
        }
    }
}

impl Size for Diagnostic {
    fn heap_bytes(&self) -> usize {
        self.message.heap_bytes() + self.source.heap_bytes() + self.code.heap_bytes()
    }
}

impl Size for Completion {
    fn heap_bytes(&self) -> usize {
        self.label.heap_bytes() + self.detail.heap_bytes() + self.edit.heap_bytes()
    }
}

impl Size for HoverText {
    fn heap_bytes(&self) -> usize {
        self.lines.heap_bytes()
    }
}
