package editor

import (
	"errors"
	"fmt"

	"witdock/generated/witdock_editor_documents"
	"witdock/generated/witdock_editor_messages"
	"witdock/generated/witdock_editor_selections"
	"witdock/generated/witdock_plugin_log"
)

// A Selection is the selection of the focused document; if there are several, the primary one.
type Selection struct {
	// Document is valid for the call.
	Document *witdock_editor_documents.Document
	Range    Range
	Text     string
	revision uint64
}

// Selected returns the selection. If nothing is selected, it is the whole text with orAll, and NotApplicable otherwise. It needs the
// grants witdock:editor/documents and witdock:editor/selections.
func Selected(orAll bool) (*Selection, error) {
	current := witdock_editor_documents.Current()
	if current.IsNone() {
		return nil, NotApplicable("no document is open")
	}
	document := current.Some()
	set := witdock_editor_selections.Get(document.Id())
	if set.IsNone() {
		return nil, NotApplicable("the document has been closed")
	}
	primary := set.Some().Selections[set.Some().Primary]
	selected := Range{Start: min(primary.Anchor, primary.Head), End: max(primary.Anchor, primary.Head)}
	if selected.Start == selected.End {
		if !orAll {
			return nil, NotApplicable("nothing is selected")
		}
		selected = Range{Start: 0, End: document.Length()}
	}
	text := document.Text(selected)
	if text.IsErr() {
		return nil, NotApplicable("the text is too long to be passed to a plugin")
	}
	return &Selection{document, selected, text.Ok(), document.Revision()}, nil
}

// Replace replaces it by a text.
func (selection *Selection) Replace(text string) error {
	applied := selection.Document.Apply(selection.revision, []Edit{{Range: selection.Range, Text: text}})
	if applied.IsErr() {
		if applied.Err().Tag() == witdock_editor_documents.EditErrorReadOnly {
			return errors.New("the document is read-only")
		}
		return errors.New("the editor refused the edit")
	}
	selection.revision = applied.Ok()
	return nil
}

// Status shows a line in the place for the status of the last action. It needs the grant witdock:editor/messages.
func Status(format string, arguments ...any) {
	witdock_editor_messages.Status(fmt.Sprintf(format, arguments...))
}

// Logf writes a line to the host's log, under the plugin's name.
func Logf(format string, arguments ...any) {
	witdock_plugin_log.Write(witdock_plugin_log.LevelInfo, "", fmt.Sprintf(format, arguments...))
}
