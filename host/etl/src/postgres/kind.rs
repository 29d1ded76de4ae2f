use postgres_types::{Kind as TypeKind, Type};

/// A type of PostgreSQL, as far as rows have a form for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    /// `numeric`, perhaps with a number of digits in all and of those after the point.
    Numeric(Option<(u16, i16)>),
    /// Text, perhaps with the most characters.
    Text(Option<usize>),
    Date,
    /// A time of day, with so many digits of a second.
    Time(u8),
    /// A timestamp without a zone.
    Timestamp(u8),
    /// A timestamp that PostgreSQL keeps in UTC.
    TimestampTz(u8),
    Bytea,
    Uuid,
    Json,
    Jsonb,
    Enum,
    Interval,
    Array(Box<Kind>),
    /// A type that has no form of its own: its values are text, as PostgreSQL writes and reads it.
    Other,
}

impl Kind {
    /// The type of a column with this modifier.
    pub(crate) fn of(kind: &Type, modifier: i32) -> Self {
        // The modifier of a type with a length counts its own four bytes.
        let length = || usize::try_from(modifier.checked_sub(4)?).ok();
        let fraction = || u8::try_from(modifier).ok().filter(|digits| *digits < 6).unwrap_or(6);
        match *kind {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::NUMERIC => Self::Numeric(length().and_then(|packed| {
                let scale = i16::try_from(packed & 0x7ff).ok()?;
                Some((u16::try_from(packed >> 16).ok()?, (scale ^ 0x400) - 0x400))
            })),
            Type::TEXT | Type::NAME | Type::UNKNOWN => Self::Text(None),
            Type::VARCHAR | Type::BPCHAR => Self::Text(length()),
            Type::DATE => Self::Date,
            Type::TIME => Self::Time(fraction()),
            Type::TIMESTAMP => Self::Timestamp(fraction()),
            Type::TIMESTAMPTZ => Self::TimestampTz(fraction()),
            Type::BYTEA => Self::Bytea,
            Type::UUID => Self::Uuid,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            Type::INTERVAL => Self::Interval,
            _ => match kind.kind() {
                TypeKind::Enum(_) => Self::Enum,
                TypeKind::Domain(base) => Self::of(base, modifier),
                TypeKind::Array(item) => Self::Array(Box::new(Self::of(item, modifier))),
                _ => Self::Other,
            },
        }
    }

    /// The name of the type, with its length.
    pub(crate) fn name(&self, kind: &Type) -> String {
        let kind = match kind.kind() {
            TypeKind::Array(item) => format!("{}[]", item.name()),
            _ => kind.name().to_owned(),
        };
        match self {
            Self::Numeric(Some((digits, scale))) => format!("{kind}({digits},{scale})"),
            Self::Text(Some(most)) => format!("{kind}({most})"),
            Self::Time(digits) | Self::Timestamp(digits) | Self::TimestampTz(digits) if *digits < 6 => {
                format!("{kind}({digits})")
            }
            _ => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_unpacked() {
        // numeric(10,2), numeric(3,-2) and numeric.
        assert_eq!(Kind::of(&Type::NUMERIC, (10 << 16 | 2) + 4), Kind::Numeric(Some((10, 2))));
        assert_eq!(Kind::of(&Type::NUMERIC, (3 << 16 | 0x7fe) + 4), Kind::Numeric(Some((3, -2))));
        assert_eq!(Kind::of(&Type::NUMERIC, -1), Kind::Numeric(None));
        assert_eq!(Kind::of(&Type::VARCHAR, 14), Kind::Text(Some(10)));
        assert_eq!(Kind::of(&Type::VARCHAR, -1), Kind::Text(None));
        assert_eq!(Kind::of(&Type::TIMESTAMP, 3), Kind::Timestamp(3));
        assert_eq!(Kind::of(&Type::INT4_ARRAY, -1), Kind::Array(Box::new(Kind::Int4)));
    }
}
