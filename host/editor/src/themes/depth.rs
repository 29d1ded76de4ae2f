//! The colours that a terminal has.

use ratatui::style::{Color, Modifier, Style};

/// The colours that a terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// All of 24 bits.
    #[default]
    Full,
    /// 256, of which 16 are of the terminal's own theme.
    Indexed,
    /// None are wanted.
    None,
}

impl Depth {
    /// What the environment says: `NO_COLOR`, and `COLORTERM`.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let colours = variable("COLORTERM").unwrap_or_default();
        if matches!(colours.as_str(), "truecolor" | "24bit") { Self::Full } else { Self::Indexed }
    }

    /// A style with these colours only. Without any, what a colour alone would show is reversed.
    pub(super) fn apply(self, style: Style) -> Style {
        match self {
            Self::Full => style,
            Self::Indexed => Style { fg: style.fg.map(nearest), bg: style.bg.map(nearest), ..style },
            Self::None => {
                let plain = Style { fg: None, bg: None, ..style };
                let is_marked = style.bg.is_some_and(|colour| colour != Color::Reset);
                if is_marked { plain.add_modifier(Modifier::REVERSED) } else { plain }
            }
        }
    }
}

/// The nearest of the 240 colours that are the same in all terminals.
fn nearest(colour: Color) -> Color {
    let Color::Rgb(red, green, blue) = colour else { return colour };
    let distance = |index: u8| {
        let (r, g, b) = indexed(index);
        [(r, red), (g, green), (b, blue)]
            .iter()
            .map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2))
            .sum::<u32>()
    };
    (16..=255).min_by_key(|index| distance(*index)).map_or(colour, Color::Indexed)
}

/// The colour of an index: a cube of six levels, and greys.
fn indexed(index: u8) -> (u8, u8, u8) {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        16..=231 => {
            let at = index - 16;
            (level(at / 36), level(at / 6 % 6), level(at % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
        _ => (0, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let depth = |no_color: Option<&str>, color_term: Option<&str>| {
            Depth::of_environment(|name| {
                let value = if name == "NO_COLOR" { no_color } else { color_term };
                value.map(str::to_owned)
            })
        };
        assert_eq!(depth(None, Some("truecolor")), Depth::Full);
        assert_eq!(depth(None, None), Depth::Indexed);
        assert_eq!(depth(Some("1"), Some("truecolor")), Depth::None);
        assert_eq!(depth(Some(""), Some("24bit")), Depth::Full);
    }

    #[test]
    fn colours_become_the_nearest_ones() {
        for (colour, index) in
            [((0, 0, 0), 16), ((255, 255, 255), 231), ((95, 135, 175), 67), ((119, 119, 119), 243)]
        {
            assert_eq!(nearest(Color::Rgb(colour.0, colour.1, colour.2)), Color::Indexed(index));
        }
        assert_eq!(nearest(Color::Red), Color::Red);
        let marked = Depth::None.apply(Style::new().fg(Color::Red).bg(Color::Blue));
        assert_eq!(marked, Style::new().add_modifier(Modifier::REVERSED));
    }
}
