//! One column of a batch, with its name in the stream.

use crate::Error;
use crate::bindings::witdock::etl::types::{Column, Values};
use crate::ipc::IpcView;
use crate::view::{BinaryView, BooleanView, PrimitiveView, Utf8View, Validity};

/// A column that is read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'b> {
    pub(crate) name: &'b str,
    pub(crate) column: &'b Column,
    pub(crate) rows: usize,
}

impl<'b> Input<'b> {
    fn view<V>(
        self,
        expected: &str,
        view: impl FnOnce(&'b Values, Validity<'b>) -> Option<Result<V, String>>,
    ) -> Result<V, Error> {
        let Self { name, column, rows } = self;
        let wrong = |problem| Error::Data(format!("column `{name}`: {problem}"));
        let validity = Validity::new(column.validity.as_deref(), rows).map_err(wrong)?;
        match view(&column.values, validity) {
            Some(view) => view.map_err(wrong),
            None => Err(Error::Data(format!(
                "the plugin reads column `{name}` as {expected}, but it is {}",
                column.data_type().name()
            ))),
        }
    }
}

impl<'b> Input<'b> {
    pub(crate) fn ipc(self) -> Result<IpcView<'b>, Error> {
        let rows = self.rows;
        self.view("ipc", |values, _| match values {
            Values::Ipc(bytes) => Some(IpcView::new(bytes, rows)),
            _ => None,
        })
    }
}

macro_rules! views {
    ($($method:ident $view:ident $(<$native:ty>)?, $expected:literal, $values:pat => $new:expr;)*) => {
        impl<'b> Input<'b> {$(
            pub(crate) fn $method(self) -> Result<$view<'b $(, $native)?>, Error> {
                let rows = self.rows;
                self.view($expected, |values, validity| match values {
                    $values => Some($new(validity, rows)),
                    _ => None,
                })
            }
        )*}
    };
}

views! {
    boolean BooleanView, "boolean",
        Values::Boolean(bits) => |validity, rows| BooleanView::new(bits, validity, rows);
    int32 PrimitiveView<i32>, "int32",
        Values::Int32(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    int64 PrimitiveView<i64>, "int64",
        Values::Int64(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    float64 PrimitiveView<f64>, "float64",
        Values::Float64(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    date32 PrimitiveView<i32>, "date32",
        Values::Date32(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    timestamp_us PrimitiveView<i64>, "timestamp-us",
        Values::TimestampUs(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    utf8 Utf8View, "utf8",
        Values::Utf8(bytes) => |validity, rows| Utf8View::new(&bytes.offsets, &bytes.data, validity, rows);
    binary BinaryView, "binary",
        Values::Binary(bytes) => |validity, rows| BinaryView::new(&bytes.offsets, &bytes.data, validity, rows);
}
