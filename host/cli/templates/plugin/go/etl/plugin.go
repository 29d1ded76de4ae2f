// {{name}}: cleans a column of text, and rejects the rows where it is empty.
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

// The host calls what is registered.
func main() {}

type settings struct {
	Column string `json:"column"`
}

// open says what is read and what is made, before the first row.
func open(plan *etl.Plan) (etl.Transform, error) {
	var settings settings
	if err := plan.Settings(&settings); err != nil {
		return nil, err
	}
	if settings.Column == "" {
		return nil, etl.Settingsf("`column` is missing: the name of a column of text")
	}
	column, err := etl.Read[string](plan, settings.Column)
	if err != nil {
		return nil, err
	}
	plan.PassAll()
	// It takes the place of the column that it is made of.
	made := etl.Make[string](plan, settings.Column, etl.Nullable)

	return etl.Rows(func(batch *etl.Batch, row int, out *etl.Output) error {
		text, ok := column.Get(batch, row)
		if !ok {
			made.PutNull(out)
			out.Keep(row)
			return nil
		}
		if text = clean.Text(text); text == "" {
			out.Reject(row, "empty", "there is nothing but white space")
			return nil
		}
		made.Put(out, text)
		out.Keep(row)
		return nil
	}), nil
}
