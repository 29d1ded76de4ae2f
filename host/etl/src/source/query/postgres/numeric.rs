/// A `numeric` of the protocol: groups of four decimal digits.
/// See `numeric_send` in <https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c>.
pub(super) enum Numeric {
    Number {
        negative: bool,
        /// All digits, from the first one before the point.
        digits: String,
        /// The digits after the point.
        scale: usize,
    },
    NaN,
    Infinity {
        negative: bool,
    },
}

impl Numeric {
    /// `None` if the bytes are no such number.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut words = bytes.chunks_exact(2).map(|word| <[u8; 2]>::try_from(word).map(u16::from_be_bytes));
        let mut word = || words.next()?.ok();
        let (count, weight, sign, scale) = (word()?, word()?.cast_signed(), word()?, word()?);
        let negative = match sign {
            0 => false,
            0x4000 => true,
            0xc000 => return Some(Self::NaN),
            0xd000 => return Some(Self::Infinity { negative: false }),
            0xf000 => return Some(Self::Infinity { negative: true }),
            _ => return None,
        };
        let groups: Vec<_> =
            (0..count).map(|_| word().filter(|group| *group < 10_000)).collect::<Option<_>>()?;
        let (weight, scale) = (i32::from(weight), usize::from(scale));
        let group = |place: i32| {
            let index = usize::try_from(weight - place).ok();
            index.and_then(|index| groups.get(index)).copied().unwrap_or(0)
        };
        let mut digits = String::new();
        for place in (0..=weight).rev() {
            digits.push_str(&format!("{:04}", group(place)));
        }
        let whole = digits.trim_start_matches('0').len();
        digits.drain(..digits.len() - whole);
        let mut fraction = String::new();
        for place in 1..=i32::try_from(scale.div_ceil(4)).ok()? {
            fraction.push_str(&format!("{:04}", group(-place)));
        }
        fraction.truncate(scale);
        digits.push_str(&fraction);
        Some(Self::Number { negative, digits, scale })
    }

    /// The digits without a point, of a number with so many of them after the point.
    pub(super) fn unscaled(&self, digits_after: usize) -> Option<String> {
        match self {
            Self::Number { negative, digits, scale } if *scale == digits_after => {
                let digits = if digits.is_empty() { "0" } else { digits };
                Some(format!("{}{digits}", if *negative { "-" } else { "" }))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Numeric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NaN => f.write_str("NaN"),
            Self::Infinity { negative } => f.write_str(if *negative { "-Infinity" } else { "Infinity" }),
            Self::Number { negative, digits, scale } => {
                let (whole, fraction) = digits.split_at(digits.len().saturating_sub(*scale));
                let (sign, whole) =
                    (if *negative { "-" } else { "" }, if whole.is_empty() { "0" } else { whole });
                write!(f, "{sign}{whole}{}{fraction}", if fraction.is_empty() { "" } else { "." })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn numbers_are_read_digit_by_digit() {
        for (words, text, unscaled) in [
            (&[0, 0, 0, 0][..], "0", "0"),
            (&[0, 0, 0, 2], "0.00", "000"),
            (&[1, 0, 0, 0, 7], "7", "7"),
            (&[2, 1, 0x4000, 0, 1, 2], "-10002", "-10002"),
            (&[1, 2, 0, 0, 5], "500000000", "500000000"),
            (&[2, 0, 0, 2, 19, 9900], "19.99", "1999"),
            (&[1, -1_i16 as u16, 0, 3, 10], "0.001", "001"),
            (&[1, -2_i16 as u16, 0, 8, 1], "0.00000001", "00000001"),
        ] {
            let number = Numeric::decode(&bytes(words)).unwrap();
            assert_eq!(number.to_string(), text);
            let scale = usize::from(words[3]);
            let same: i128 = unscaled.parse().unwrap();
            assert_eq!(number.unscaled(scale).unwrap().parse::<i128>().unwrap(), same);
        }
        assert!(Numeric::decode(&bytes(&[1, 0, 0, 0])).is_none());
        assert!(
            Numeric::decode(&bytes(&[0, 0, 0xc000, 0])).is_some_and(|number| number.to_string() == "NaN")
        );
    }
}
