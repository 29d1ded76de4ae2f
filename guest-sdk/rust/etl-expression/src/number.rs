/// A decimal number as it is written: its digits without leading and trailing zeros, and the power of ten of the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    /// ASCII digits. Empty for zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Number {
    /// Reads a number such as `-12.50` or `3e8`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            whole => (false, whole),
        };
        let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(place) => {
                let (mantissa, exponent) = unsigned.split_at(place);
                (mantissa, str::from_utf8(exponent.get(1..)?).ok()?.parse().ok()?)
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|byte| *byte == b'.') {
            Some(place) => (mantissa.get(..place)?, mantissa.get(place + 1..)?),
            None => (mantissa, &[][..]),
        };
        let mut digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent: i64 = exponent;
        exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        while digits.pop_if(|digit| *digit == b'0').is_some() {
            exponent = exponent.checked_add(1)?;
        }
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..leading);
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        Some(Self { negative, digits, exponent })
    }

    /// The number, if it is an integer of at most 38 digits.
    pub fn integer(&self) -> Option<i128> {
        self.scaled(0)
    }

    /// The number times ten to the power of `scale`, if that is an integer of at most 38 digits.
    pub fn scaled(&self, scale: i8) -> Option<i128> {
        let zeros = usize::try_from(self.exponent.checked_add(scale.into())?).ok()?;
        if self.digits.is_empty() {
            return Some(0);
        }
        if self.digits.len().checked_add(zeros)? > 38 {
            return None;
        }
        let digits = self.digits.iter().copied().chain(std::iter::repeat_n(b'0', zeros));
        let value = digits.fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
        Some(if self.negative { -value } else { value })
    }

    /// The fewest digits of a decimal that holds the number, and those behind the point.
    pub(crate) fn size(&self) -> Option<(u8, u8)> {
        let length = i64::try_from(self.digits.len()).ok()?;
        let scale = self.exponent.checked_neg()?.max(0);
        let whole = length.checked_add(self.exponent)?.max(0);
        let precision = u8::try_from(whole.checked_add(scale)?.max(1)).ok()?;
        Some((precision, u8::try_from(scale).ok()?))
    }

    /// The float that is this number, if there is one with as many digits.
    pub(crate) fn float(&self) -> Option<f64> {
        let digits = str::from_utf8(&self.digits).ok()?;
        let sign = if self.negative { "-" } else { "" };
        let text = format!("{sign}{}e{}", if digits.is_empty() { "0" } else { digits }, self.exponent);
        let float = text.parse().ok()?;
        self.is(float).then_some(float)
    }

    /// Whether a float, written with as many digits, is this number.
    pub fn is(&self, float: f64) -> bool {
        let Some(more) = self.digits.len().checked_sub(1) else { return float == 0.0 };
        // 15 digits pass through every float of the usual range and back.
        if more < 15 && float.is_normal() {
            return true;
        }
        // No float has more digits.
        more < 800 && Self::parse(&format!("{float:.more$e}")).as_ref() == Some(self)
    }
}
