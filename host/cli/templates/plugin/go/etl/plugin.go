// {{name}}: cleans a column of text, and rejects rows where it is empty.
//
//	[[stage]]
//	name = "clean"
//	plugin = "…/{{name}}"
//	settings = { column = "name" }
package main

import (
	"witdock/etl"

	"{{module}}/clean"
)

func init() { etl.Register(open) }

// The host calls what init registers.
func main() {}

type settings struct {
	Column string `json:"column"`
}

// open declares the columns that are read and made, before the first row.
func open(plan *etl.Plan) (etl.Transform, error) {
	var settings settings
	if err := plan.Settings(&settings); err != nil {
		return nil, err
	}
	if settings.Column == "" {
		return nil, etl.Settingsf("missing setting `column`, the name of a column of text")
	}
	column, err := etl.Read[string](plan, settings.Column)
	if err != nil {
		return nil, err
	}
	plan.PassAll()
	// The new column replaces the one that is read.
	made := etl.Make[string](plan, settings.Column, etl.Nullable)

	return etl.Rows(func(batch *etl.Batch, row int, out *etl.Output) error {
		text, ok := column.Get(batch, row)
		if !ok {
			made.PutNull(out)
			out.Keep(row)
			return nil
		}
		if text = clean.Text(text); text == "" {
			out.Reject(row, "empty", "the text is empty")
			return nil
		}
		made.Put(out, text)
		out.Keep(row)
		return nil
	}), nil
}
