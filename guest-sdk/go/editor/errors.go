package editor

import (
	"errors"
	"fmt"
	"strings"

	"witdock/generated/witdock_editor_plugin"
	"witdock/generated/witdock_editor_types"
)

type notApplicable struct{ why string }

func (err *notApplicable) Error() string { return err.why }

// NotApplicable is the error of a command that does not apply here, which is shown as information. Any other error means that it failed.
func NotApplicable(format string, arguments ...any) error {
	return &notApplicable{fmt.Sprintf(format, arguments...)}
}

// A SyntaxError is a syntax error in a document. The editor shows the line.
type SyntaxError struct {
	// At is the offset in bytes.
	At uint64
	// Message says what is wrong, and what was expected.
	Message string
}

func (err *SyntaxError) Error() string { return err.Message }

func told(err error) witdock_editor_types.CommandError {
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	var quiet *notApplicable
	if errors.As(err, &quiet) {
		return witdock_editor_types.MakeCommandErrorNotApplicable(text)
	}
	return witdock_editor_types.MakeCommandErrorFailed(text)
}

func toldFormat(err error) witdock_editor_plugin.FormatError {
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return witdock_editor_plugin.MakeFormatErrorSyntax(witdock_editor_plugin.Problem{At: syntax.At, Message: text})
	}
	return witdock_editor_plugin.MakeFormatErrorFailed(text)
}
