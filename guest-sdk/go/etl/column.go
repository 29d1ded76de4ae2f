package etl

import (
	"time"
	"unsafe"

	witTypes "witdock/wit/types"
	"witdock/generated/witdock_etl_types"
)

// Value is the Go type for a column's values: bool for boolean, time.Time for date32 and timestamp-us, string for utf8 and
// []byte for binary.
type Value interface {
	bool | int32 | int64 | float64 | string | []byte | time.Time
}

// A Batch is rows that are passed together, with the columns that are read.
type Batch struct {
	rows    int
	columns []witdock_etl_types.Column
}

// Len is the number of rows.
func (batch *Batch) Len() int { return batch.rows }

// A Column is an input column.
type Column[T Value] struct {
	place int
	at    func(values witdock_etl_types.Values, row int) T
}

// Read reads the input column of this name, which must have T's type.
func Read[T Value](plan *Plan, name string) (Column[T], error) {
	var value T
	place, kind, err := plan.read(name, typesOf(value))
	if err != nil {
		return Column[T]{}, err
	}
	var at any
	switch any(value).(type) {
	case bool:
		at = func(values witdock_etl_types.Values, row int) bool { return bit(values.Boolean(), row) }
	case int32:
		at = func(values witdock_etl_types.Values, row int) int32 { return values.Int32()[row] }
	case int64:
		at = func(values witdock_etl_types.Values, row int) int64 { return values.Int64()[row] }
	case float64:
		at = func(values witdock_etl_types.Values, row int) float64 { return values.Float64()[row] }
	case string:
		// The bytes belong to the batch, which is never written to.
		at = func(values witdock_etl_types.Values, row int) string {
			bytes := slice(values.Utf8(), row)
			return unsafe.String(unsafe.SliceData(bytes), len(bytes))
		}
	case []byte:
		at = func(values witdock_etl_types.Values, row int) []byte { return slice(values.Binary(), row) }
	case time.Time:
		if kind == Date32 {
			at = func(values witdock_etl_types.Values, row int) time.Time { return day(values.Date32()[row]) }
		} else {
			at = func(values witdock_etl_types.Values, row int) time.Time {
				return time.UnixMicro(values.TimestampUs()[row]).UTC()
			}
		}
	}
	return Column[T]{place, at.(func(witdock_etl_types.Values, int) T)}, nil
}

// Get returns the value of a row, and false for a null.
func (column Column[T]) Get(batch *Batch, row int) (value T, ok bool) {
	read := &batch.columns[column.place]
	if read.Validity.IsSome() && !bit(read.Validity.Some(), row) {
		return value, false
	}
	return column.at(read.Values, row), true
}

func typesOf(value any) []Type {
	switch value.(type) {
	case bool:
		return []Type{Boolean}
	case int32:
		return []Type{Int32}
	case int64:
		return []Type{Int64}
	case float64:
		return []Type{Float64}
	case string:
		return []Type{Utf8}
	case []byte:
		return []Type{Binary}
	default:
		return []Type{TimestampUs, Date32}
	}
}

func bit(bitmap []byte, row int) bool { return bitmap[row/8]>>(row%8)&1 == 1 }

func slice(column witdock_etl_types.BytesColumn, row int) []byte {
	return column.Data[column.Offsets[row]:column.Offsets[row+1]]
}

const secondsADay = 24 * 60 * 60

func day(days int32) time.Time { return time.Unix(int64(days)*secondsADay, 0).UTC() }

// dayOf returns the day of a time, in the time's zone.
func dayOf(value time.Time) int32 {
	year, month, date := value.Date()
	return int32(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / secondsADay)
}

// builder makes a column, value by value.
type builder struct {
	field   Field
	rows    int
	valid   bitmap
	nulls   int
	first   int
	bits    bitmap
	int32s  []int32
	int64s  []int64
	floats  []float64
	offsets []int32
	data    []byte
}

// bitmap grows by a bit.
type bitmap []byte

func (bits *bitmap) add(row int, set bool) {
	if row%8 == 0 {
		*bits = append(*bits, 0)
	}
	if set {
		(*bits)[row/8] |= 1 << (row % 8)
	}
}

func newBuilder(field Field, rows int) *builder {
	column := &builder{field: field}
	switch field.DataType {
	case Int32, Date32:
		column.int32s = make([]int32, 0, rows)
	case Int64, TimestampUs:
		column.int64s = make([]int64, 0, rows)
	case Float64:
		column.floats = make([]float64, 0, rows)
	case Utf8, Binary:
		column.offsets = make([]int32, 1, rows+1)
	}
	return column
}

func (column *builder) closeRow(valid bool) {
	switch column.field.DataType {
	case Utf8, Binary:
		column.offsets = append(column.offsets, int32(len(column.data)))
	}
	if !valid {
		if column.nulls == 0 {
			column.first = column.rows
		}
		column.nulls++
	}
	column.valid.add(column.rows, valid)
	column.rows++
}

func (column *builder) putNull() {
	switch column.field.DataType {
	case Boolean:
		column.bits.add(column.rows, false)
	case Int32, Date32:
		column.int32s = append(column.int32s, 0)
	case Int64, TimestampUs:
		column.int64s = append(column.int64s, 0)
	case Float64:
		column.floats = append(column.floats, 0)
	}
	column.closeRow(false)
}

// put reports whether the value has the column's type.
func (column *builder) put(value any) bool {
	kind := column.field.DataType
	switch value := value.(type) {
	case bool:
		if kind != Boolean {
			return false
		}
		column.bits.add(column.rows, value)
	case int32:
		if kind != Int32 {
			return false
		}
		column.int32s = append(column.int32s, value)
	case int64:
		if kind != Int64 {
			return false
		}
		column.int64s = append(column.int64s, value)
	case float64:
		if kind != Float64 {
			return false
		}
		column.floats = append(column.floats, value)
	case string:
		if kind != Utf8 {
			return false
		}
		column.data = append(column.data, value...)
	case []byte:
		if kind != Binary {
			return false
		}
		column.data = append(column.data, value...)
	case time.Time:
		switch kind {
		case Date32:
			column.int32s = append(column.int32s, dayOf(value))
		case TimestampUs:
			column.int64s = append(column.int64s, value.UnixMicro())
		default:
			return false
		}
	default:
		return false
	}
	column.closeRow(true)
	return true
}

// column converts the result for the host.
func (column *builder) column() (witdock_etl_types.Column, error) {
	validity := witTypes.None[[]uint8]()
	if column.nulls > 0 {
		if !column.field.Nullable {
			return witdock_etl_types.Column{}, Dataf("`%s` is null in row %d of the output, but the contract says that it is not nullable",
				column.field.Name, column.first)
		}
		validity = witTypes.Some[[]uint8](column.valid)
	}
	var values witdock_etl_types.Values
	bytes := witdock_etl_types.BytesColumn{Offsets: column.offsets, Data: column.data}
	switch column.field.DataType {
	case Boolean:
		values = witdock_etl_types.MakeValuesBoolean(column.bits)
	case Int32:
		values = witdock_etl_types.MakeValuesInt32(column.int32s)
	case Date32:
		values = witdock_etl_types.MakeValuesDate32(column.int32s)
	case Int64:
		values = witdock_etl_types.MakeValuesInt64(column.int64s)
	case TimestampUs:
		values = witdock_etl_types.MakeValuesTimestampUs(column.int64s)
	case Float64:
		values = witdock_etl_types.MakeValuesFloat64(column.floats)
	case Utf8:
		values = witdock_etl_types.MakeValuesUtf8(bytes)
	case Binary:
		values = witdock_etl_types.MakeValuesBinary(bytes)
	default:
		return witdock_etl_types.Column{}, Dataf("`%s` is %s, which cannot be built from values", column.field.Name, typeName(column.field.DataType))
	}
	return witdock_etl_types.Column{Validity: validity, Values: values}, nil
}
