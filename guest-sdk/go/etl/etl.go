// Package etl is the SDK for transforms of witdock-etl in Go.
//
// A plugin registers a function that opens a run: it reads the settings, chooses the columns, and returns the [Transform] for
// batches of rows.
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
	// The exports that the host calls.
	_ "witdock/generated/wit_exports"
	"witdock/generated/witdock_etl_types"
)

// A Transform is one run over one stream of batches. The data that it holds between batches is the plugin's state.
type Transform interface {
	// Process transforms a batch. An error fails the whole batch; reject single bad rows instead.
	Process(batch *Batch, out *Output) error
}

// A Finisher is a [Transform] that holds rows until the stream ends.
type Finisher interface {
	// Finish returns the rows that are still held, with all columns of the output, by name.
	Finish() ([]Row, error)
}

// A Row has the values of the output's columns by name; a nil or missing value is a null.
type Row map[string]any

// Rows is a [Transform] that processes one row at a time.
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

// Register registers open. Call it in an init function.
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
		// A constructor cannot fail, so its error is stored until the first call.
		defer recovered(func(err error) { run.err = err })
		run.transform, run.err = open(&run.plan)
		return transform.NewSession(run)
	}
}

type (
	describeResult = witTypes.Result[witdock_etl_types.Contract, witdock_etl_types.Error]
	outputResult   = witTypes.Result[witdock_etl_types.Output, witdock_etl_types.Error]
)

// session is the resource that the host has a handle to.
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
		// Not fresh rows, which would need the columns that pass through too.
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

// recovered converts a panic to an error, so that the host sees its text.
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
