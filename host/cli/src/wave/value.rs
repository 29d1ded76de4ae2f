//! A value of any WIT type.

/// A value of any WIT type. Whoever holds it knows the type.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    F32(f32),
    F64(f64),
    Char(char),
    String(String),
    /// A `list<u8>`.
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// Fields in the order of the type.
    Record(Vec<(String, Value)>),
    Tuple(Vec<Value>),
    /// A case of a variant or an enum.
    Case(String, Option<Box<Value>>),
    Option(Option<Box<Value>>),
    Result(Result<Option<Box<Value>>, Option<Box<Value>>>),
    /// The flags that are set, in the order of the type.
    Flags(Vec<String>),
    /// A resource, by its name in a script or its automatic name.
    Handle(String),
    /// Any value. Only in expectations.
    Any,
}

impl Value {
    /// The names of the handles in it, in order.
    pub(crate) fn handles(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect_handles(&mut found);
        found
    }

    fn collect_handles<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Handle(name) => found.push(name),
            Self::List(values) | Self::Tuple(values) => {
                values.iter().for_each(|value| value.collect_handles(found));
            }
            Self::Record(fields) => fields.iter().for_each(|(_, value)| value.collect_handles(found)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.collect_handles(found);
                value.collect_handles(found);
            }),
            Self::Case(_, value) | Self::Option(value) | Self::Result(Ok(value) | Err(value)) => {
                if let Some(value) = value {
                    value.collect_handles(found);
                }
            }
            _ => {}
        }
    }

    /// Renames a handle wherever it occurs.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        match self {
            Self::Handle(name) if name == from => to.clone_into(name),
            Self::List(values) | Self::Tuple(values) => {
                values.iter_mut().for_each(|value| value.rename(from, to));
            }
            Self::Record(fields) => fields.iter_mut().for_each(|(_, value)| value.rename(from, to)),
            Self::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.rename(from, to);
                value.rename(from, to);
            }),
            Self::Case(_, value) | Self::Option(value) | Self::Result(Ok(value) | Err(value)) => {
                if let Some(value) = value {
                    value.rename(from, to);
                }
            }
            _ => {}
        }
    }
}
