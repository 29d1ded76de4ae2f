package etl

import (
	"errors"
	"fmt"
	"strings"

	"witdock/generated/witdock_etl_types"
)

type kind int

const (
	settingsError kind = iota
	schemaError
	dataError
)

type pluginError struct {
	kind kind
	text string
}

func (err *pluginError) Error() string { return err.text }

// Settingsf is an error about the settings: what is wrong, and what was expected.
func Settingsf(format string, arguments ...any) error {
	return &pluginError{settingsError, fmt.Sprintf(format, arguments...)}
}

// Schemaf is an error about the input's columns: which, and what was expected.
func Schemaf(format string, arguments ...any) error {
	return &pluginError{schemaError, fmt.Sprintf(format, arguments...)}
}

// Dataf is an error about a batch as a whole. Any other error is taken for one.
func Dataf(format string, arguments ...any) error {
	return &pluginError{dataError, fmt.Sprintf(format, arguments...)}
}

// told is the error as the host has it.
func told(err error) witdock_etl_types.Error {
	return toldAs(err, dataError)
}

// toldAtOpen takes an error that is none of the above for one about the settings.
func toldAtOpen(err error) witdock_etl_types.Error {
	return toldAs(err, settingsError)
}

func toldAs(err error, kind kind) witdock_etl_types.Error {
	var own *pluginError
	if errors.As(err, &own) {
		kind = own.kind
	}
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	switch kind {
	case settingsError:
		return witdock_etl_types.MakeErrorSettings(text)
	case schemaError:
		return witdock_etl_types.MakeErrorSchema(text)
	default:
		return witdock_etl_types.MakeErrorData(text)
	}
}
