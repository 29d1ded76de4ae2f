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

// Settingsf returns an error about the settings. It should say what is wrong and what was expected.
func Settingsf(format string, arguments ...any) error {
	return &pluginError{settingsError, fmt.Sprintf(format, arguments...)}
}

// Schemaf returns an error about the input's columns. It should name the column and say what was expected.
func Schemaf(format string, arguments ...any) error {
	return &pluginError{schemaError, fmt.Sprintf(format, arguments...)}
}

// Dataf returns an error about the whole batch. Any other error counts as one.
func Dataf(format string, arguments ...any) error {
	return &pluginError{dataError, fmt.Sprintf(format, arguments...)}
}

// told converts the error for the host.
func told(err error) witdock_etl_types.Error {
	return toldAs(err, dataError)
}

// toldAtOpen treats any other error as one about the settings.
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
