//! What a piece of text means. The theme decides how a meaning looks, so nothing below it names a colour.

/// What a piece of text means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Less important than the text around it.
    Muted,
    /// More important than the text around it.
    Accent,
    /// A title.
    Heading,
    /// A place that one can go to.
    Link,
    /// A success.
    Success,
    /// Information.
    Info,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// A keyword of the language.
    Keyword,
    /// The name of a type.
    TypeName,
    /// The name of a function.
    FunctionName,
    /// A string or character literal.
    TextLiteral,
    /// A number.
    Number,
    /// A comment.
    Comment,
}

/// Attributes of letters, besides their colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute that terminals turn on or off")]
pub struct Emphasis {
    /// Heavier strokes.
    pub bold: bool,
    /// Slanted letters.
    pub italic: bool,
    /// A line below the text.
    pub underlined: bool,
    /// A line through the text.
    pub struck_out: bool,
    /// Foreground and background colour swapped.
    pub reversed: bool,
}

/// The meaning and the attributes of a piece of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// The meaning, from which the theme takes the colour.
    pub scope: Scope,
    /// The attributes, which add to the theme's own.
    pub emphasis: Emphasis,
}

/// Text of one style, without line breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The text. Control characters have been replaced by spaces.
    pub text: String,
    /// The style of the whole text.
    pub style: Style,
}

/// How serious a finding in a document is, least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Correct, and could be better.
    Hint,
    /// Good to know.
    Info,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}
