// Package etl is what a transform of witdock-etl in Go starts from.
//
// A plugin registers a function that opens a run: it reads the settings, says which columns are read and made, and gives the
// [Transform] that works on batches of rows.
//
//	func init() { etl.Register(open) }
//
//	func main() {}
//
//	func open(plan *etl.Plan) (etl.Transform, error) {
//		name, err := etl.Read[string](plan, "name")
//		if err != nil {
//			return nil, err
//		}
//		plan.PassAll()
//		length := etl.Make[int64](plan, "length", etl.Nullable)
//		return etl.Rows(func(batch *etl.Batch, row int, out *etl.Output) error {
//			if text, ok := name.Get(batch, row); ok {
//				length.Put(out, int64(len(text)))
//			} else {
//				length.PutNull(out)
//			}
//			out.Keep(row)
//			return nil
//		}), nil
//	}
package etl

import (
	"fmt"

	transform "witdock/generated/export_witdock_etl_transform"
	witTypes "witdock/wit/types"
	// What the host calls.
	_ "witdock/generated/wit_exports"
	"witdock/generated/witdock_etl_types"
)

// A Transform is one run over one stream of batches. What it holds between batches is the plugin's state.
type Transform interface {
	// Process says what becomes of a batch. An error fails it as a whole; a single bad row is rejected.
	Process(batch *Batch, out *Output) error
}

// A Finisher is a [Transform] that holds rows back until the stream ends.
type Finisher interface {
	// Finish gives the rows that are still held: with all columns of the output, by name.
	Finish() ([]Row, error)
}

// A Row has the values of the output's columns by name; nil, or none, is a null.
type Row map[string]any

// Rows is a [Transform] that looks at one row after another.
type Rows func(batch *Batch, row int, out *Output) error

// Process calls the function for each row.
func (rows Rows) Process(batch *Batch, out *Output) error {
	for row := range batch.Len() {
		if err := rows(batch, row, out); err != nil {
			return err
		}
	}
	return nil
}

// Register makes open the plugin's. Call it in an init function.
func Register(open func(plan *Plan) (Transform, error)) {
	transform.Describe = func(input []Field, settings string) (result describeResult) {
		defer recovered(func(err error) { result = witTypes.Err[witdock_etl_types.Contract](told(err)) })
		plan := &Plan{fields: input, settings: settings}
		if _, err := open(plan); err != nil {
			return witTypes.Err[witdock_etl_types.Contract](toldAtOpen(err))
		}
		return witTypes.Ok[witdock_etl_types.Contract, witdock_etl_types.Error](plan.contract())
	}
	transform.MakeSession = func(input []Field, settings string) *transform.Session {
		run := &session{plan: Plan{fields: input, settings: settings}}
		// A constructor cannot fail: its error waits for the first call.
		defer recovered(func(err error) { run.err = err })
		run.transform, run.err = open(&run.plan)
		return transform.NewSession(run)
	}
}

type (
	describeResult = witTypes.Result[witdock_etl_types.Contract, witdock_etl_types.Error]
	outputResult   = witTypes.Result[witdock_etl_types.Output, witdock_etl_types.Error]
)

// session is what the host has a handle of.
type session struct {
	plan      Plan
	transform Transform
	err       error
}

func (run *session) Process(input witdock_etl_types.Batch) (result outputResult) {
	defer recovered(func(err error) { result = failed(err) })
	if run.err != nil {
		return failed(run.err)
	}
	batch := &Batch{rows: int(input.Rows), columns: input.Columns}
	out := newOutput(&run.plan, batch.rows)
	if err := run.transform.Process(batch, out); err != nil {
		return failed(err)
	}
	return given(out.finish())
}

func (run *session) Finish() (result outputResult) {
	defer recovered(func(err error) { result = failed(err) })
	if run.err != nil {
		return failed(run.err)
	}
	finisher, ok := run.transform.(Finisher)
	if !ok {
		return given(newOutput(&run.plan, 0).finish())
	}
	rows, err := finisher.Finish()
	if err != nil {
		return failed(err)
	}
	if len(rows) == 0 {
		// Not fresh rows, which would have to give the columns that are passed on too.
		return given(newOutput(&run.plan, 0).finish())
	}
	return given(fresh(&run.plan, rows))
}

func given(output witdock_etl_types.Output, err error) outputResult {
	if err != nil {
		return failed(err)
	}
	return witTypes.Ok[witdock_etl_types.Output, witdock_etl_types.Error](output)
}

func failed(err error) outputResult {
	return witTypes.Err[witdock_etl_types.Output](told(err))
}

// recovered makes an error of a panic, so that the host hears more of it than that it happened.
func recovered(fail func(error)) {
	if cause := recover(); cause != nil {
		fail(Dataf("the plugin panicked: %v", cause))
	}
}

func typeName(kind Type) string {
	names := [...]string{"boolean", "int32", "int64", "float64", "date32", "timestamp-us", "utf8", "binary", "ipc"}
	if int(kind) < len(names) {
		return names[kind]
	}
	return fmt.Sprintf("type %d", kind)
}
