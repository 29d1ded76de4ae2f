package etl

import (
	"fmt"
	"strings"
	"time"

	witTypes "witdock/wit/types"
	"witdock/generated/witdock_etl_types"
)

// An Output is the output of a batch. For each output row, put one value into every column that is made, in any order, and then keep the
// row.
type Output struct {
	plan     *Plan
	rows     int
	made     []*builder
	kept     []uint32
	rejected []witdock_etl_types.RowError
	misuse   error
}

// A Made is a column that the transform makes.
type Made[T Value] struct{ place int }

// Make makes a column of T's type; for time.Time, it is timestamp-us. It replaces a column of the same name that passes
// through.
func Make[T Value](plan *Plan, name string, nullable Nullability) Made[T] {
	var value T
	return Made[T]{plan.make(Field{Name: name, DataType: typesOf(value)[0], Nullable: bool(nullable), IpcSchema: witTypes.None[[]uint8]()})}
}

// MakeDate makes a date32 column.
func MakeDate(plan *Plan, name string, nullable Nullability) Made[time.Time] {
	return Made[time.Time]{plan.make(Field{Name: name, DataType: Date32, Nullable: bool(nullable), IpcSchema: witTypes.None[[]uint8]()})}
}

// Put puts the next row's value.
func (made Made[T]) Put(out *Output, value T) { out.put(made.place, value) }

// PutNull puts a null for the next row.
func (made Made[T]) PutNull(out *Output) { out.made[made.place].putNull() }

func newOutput(plan *Plan, rows int) *Output {
	out := &Output{plan: plan, rows: rows, made: make([]*builder, len(plan.made)), kept: make([]uint32, 0, rows)}
	for index, place := range plan.made {
		out.made[index] = newBuilder(plan.output[place].field, rows)
	}
	return out
}

func (out *Output) put(place int, value any) {
	column := out.made[place]
	if !column.put(value) && out.misuse == nil {
		out.misuse = Dataf("the plugin puts a %T into `%s`, which is %s", value, column.field.Name, typeName(column.field.DataType))
	}
}

// Keep adds an output row for this input row. An input row that is never kept is omitted, as a filter does; it may be kept several
// times.
func (out *Output) Keep(row int) { out.kept = append(out.kept, uint32(row)) }

// Reject rejects an input row, with a short code to count and a message for a person.
func (out *Output) Reject(row int, code, format string, arguments ...any) {
	message := strings.ToValidUTF8(fmt.Sprintf(format, arguments...), "\uFFFD")
	out.rejected = append(out.rejected, witdock_etl_types.RowError{Row: uint32(row), Code: code, Message: message})
}

func (out *Output) finish() (witdock_etl_types.Output, error) {
	var none witdock_etl_types.Output
	if out.misuse != nil {
		return none, out.misuse
	}
	// The host expects them in the order of the output.
	byPlace := map[int]witdock_etl_types.Column{}
	for index, made := range out.made {
		if made.rows != len(out.kept) {
			return none, Dataf("the plugin has put %d values into `%s` for %d rows", made.rows, made.field.Name, len(out.kept))
		}
		column, err := made.column()
		if err != nil {
			return none, err
		}
		byPlace[out.plan.made[index]] = column
	}
	columns := make([]witdock_etl_types.Column, 0, len(out.made))
	for place := range out.plan.output {
		if column, ok := byPlace[place]; ok {
			columns = append(columns, column)
		}
	}
	rows := witdock_etl_types.MakeOutputRowsSelected(out.kept)
	if out.isAll() {
		rows = witdock_etl_types.MakeOutputRowsAll()
	}
	return witdock_etl_types.Output{Rows: rows, Columns: columns, Rejected: out.rejected}, nil
}

func (out *Output) isAll() bool {
	for index, row := range out.kept {
		if int(row) != index {
			return false
		}
	}
	return out.rows > 0 && len(out.kept) == out.rows
}

// fresh returns new rows, which do not correspond to input rows.
func fresh(plan *Plan, rows []Row) (witdock_etl_types.Output, error) {
	columns := make([]witdock_etl_types.Column, len(plan.output))
	for index, planned := range plan.output {
		made := newBuilder(planned.field, len(rows))
		for _, row := range rows {
			value := row[planned.field.Name]
			if value == nil {
				made.putNull()
			} else if !made.put(value) {
				return witdock_etl_types.Output{}, Dataf("the plugin returns a %T for `%s`, which is %s", value, planned.field.Name, typeName(planned.field.DataType))
			}
		}
		column, err := made.column()
		if err != nil {
			return witdock_etl_types.Output{}, err
		}
		columns[index] = column
	}
	return witdock_etl_types.Output{Rows: witdock_etl_types.MakeOutputRowsFresh(uint32(len(rows))), Columns: columns}, nil
}
