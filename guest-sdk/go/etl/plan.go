package etl

import (
	"encoding/json"
	"fmt"
	"strings"

	"witdock/generated/witdock_etl_types"
)

// Field is one column of a schema.
type Field = witdock_etl_types.Field

// Type is the type of a column's values.
type Type = witdock_etl_types.DataType

// The types of columns. All other Arrow types are [Ipc].
const (
	Boolean     Type = witdock_etl_types.DataTypeBoolean
	Int32       Type = witdock_etl_types.DataTypeInt32
	Int64       Type = witdock_etl_types.DataTypeInt64
	Float64     Type = witdock_etl_types.DataTypeFloat64
	Date32      Type = witdock_etl_types.DataTypeDate32
	TimestampUs Type = witdock_etl_types.DataTypeTimestampUs
	Utf8        Type = witdock_etl_types.DataTypeUtf8
	Binary      Type = witdock_etl_types.DataTypeBinary
	Ipc         Type = witdock_etl_types.DataTypeIpc
)

// Nullability says whether a column may contain nulls.
type Nullability bool

const (
	Nullable Nullability = true
	NotNull  Nullability = false
)

// A Plan has the input's columns and the settings, and the columns that are read and made. It is used once, before the first row.
type Plan struct {
	fields   []Field
	settings string
	reads    []uint32
	output   []planned
	// Indexes into output, in the order in which the columns were made.
	made []int
}

// planned is a column of the output.
type planned struct {
	field Field
	// The input column that passes through, or -1 for a column that is made.
	same int
}

// Settings decodes the stage's settings into a struct with json tags. Fields without a setting keep their values; unknown settings
// are an error.
func (plan *Plan) Settings(into any) error {
	decoder := json.NewDecoder(strings.NewReader(plan.settings))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return Settingsf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// Fields are the input's columns.
func (plan *Plan) Fields() []Field { return plan.fields }

func (plan *Plan) find(name string) (int, error) {
	known := make([]string, len(plan.fields))
	for index, field := range plan.fields {
		if field.Name == name {
			return index, nil
		}
		known[index] = fmt.Sprintf("`%s`", field.Name)
	}
	if len(known) == 0 {
		known = []string{"none"}
	}
	return 0, Schemaf("unknown column `%s`; the input has %s", name, strings.Join(known, ", "))
}

// read returns the column's index in a batch.
func (plan *Plan) read(name string, types []Type) (int, Type, error) {
	index, err := plan.find(name)
	if err != nil {
		return 0, 0, err
	}
	kind := plan.fields[index].DataType
	for _, wanted := range types {
		if kind != wanted {
			continue
		}
		for place, read := range plan.reads {
			if int(read) == index {
				return place, kind, nil
			}
		}
		plan.reads = append(plan.reads, uint32(index))
		return len(plan.reads) - 1, kind, nil
	}
	names := make([]string, len(types))
	for i, wanted := range types {
		names[i] = typeName(wanted)
	}
	return 0, 0, Schemaf("column `%s` is %s; expected %s", name, typeName(kind), strings.Join(names, " or "))
}

// PassAll passes every input column through unchanged.
func (plan *Plan) PassAll() {
	for index, field := range plan.fields {
		plan.output = append(plan.output, planned{field, index})
	}
}

// Pass passes one column through.
func (plan *Plan) Pass(name string) error {
	index, err := plan.find(name)
	if err != nil {
		return err
	}
	plan.output = append(plan.output, planned{plan.fields[index], index})
	return nil
}

// make returns the index among the columns that are made. A column replaces one of the same name that passes through.
func (plan *Plan) make(field Field) int {
	place := -1
	for index, other := range plan.output {
		if other.same >= 0 && other.field.Name == field.Name {
			place = index
			break
		}
	}
	if place < 0 {
		place = len(plan.output)
		plan.output = append(plan.output, planned{})
	}
	plan.output[place] = planned{field, -1}
	plan.made = append(plan.made, place)
	return len(plan.made) - 1
}

func (plan *Plan) contract() witdock_etl_types.Contract {
	output := make([]witdock_etl_types.OutputField, len(plan.output))
	for index, column := range plan.output {
		if column.same >= 0 {
			output[index] = witdock_etl_types.MakeOutputFieldSame(uint32(column.same))
		} else {
			output[index] = witdock_etl_types.MakeOutputFieldNew(column.field)
		}
	}
	return witdock_etl_types.Contract{Reads: plan.reads, Output: output}
}
