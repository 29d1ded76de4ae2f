//! Patterns of `like`.

/// Whether a text matches a pattern: `%` stands for any characters, `_` for one, and `\` takes the next character as it is. It backtracks
/// only to the last `%`, so that the time is at most the product of both lengths.
pub(crate) fn like(text: &str, pattern: &str, ignore_case: bool) -> bool {
    let pattern = parse(pattern);
    let text: Vec<char> = text.chars().collect();
    let same =
        |one: char, other: char| one == other || ignore_case && one.to_lowercase().eq(other.to_lowercase());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(next) = text.get(at) {
        match pattern.get(place) {
            Some(Part::Any) => {
                star = Some((place, at));
                place += 1;
            }
            Some(part) if part.one().is_none_or(|wanted| same(wanted, *next)) => {
                place += 1;
                at += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    place = back + 1;
                    at = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(place).all(|rest| *rest == Part::Any)
}

#[derive(Debug, PartialEq)]
enum Part {
    Any,
    One,
    Exactly(char),
}

impl Part {
    /// The character that it stands for, if it is one.
    fn one(&self) -> Option<char> {
        match self {
            Self::Exactly(character) => Some(*character),
            _ => None,
        }
    }
}

fn parse(pattern: &str) -> Vec<Part> {
    let mut characters = pattern.chars();
    let mut parts = Vec::new();
    while let Some(next) = characters.next() {
        parts.push(match next {
            '%' => Part::Any,
            '_' => Part::One,
            '\\' => Part::Exactly(characters.next().unwrap_or('\\')),
            other => Part::Exactly(other),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn patterns_match_whole_texts() {
        for (text, pattern) in [
            ("N123", "N1%"),
            ("N123", "%2_"),
            ("", "%"),
            ("abcabc", "%a%c"),
            ("50%", "50\\%"),
            ("a_b", "%\\_%"),
            ("süß", "s__"),
            ("\\", "\\\\"),
        ] {
            assert!(like(text, pattern, false), "{text} {pattern}");
        }
        for (text, pattern) in [("N123", "N1"), ("n1", "N%"), ("505", "50\\%"), ("", "_"), ("ab", "a%c")] {
            assert!(!like(text, pattern, false), "{text} {pattern}");
        }
        assert!(like("SÜSS", "sü%", true) && !like("SÜSS", "su%", true));
        // Without a limit on backtracking, this would not end.
        assert!(!like(&"a".repeat(5000), &"%a".repeat(50).replace("%a", "%aa%b"), false));
    }
}
