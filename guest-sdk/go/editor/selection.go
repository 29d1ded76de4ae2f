package editor

import (
	"errors"
	"fmt"

	"witdock/generated/witdock_editor_documents"
	"witdock/generated/witdock_editor_messages"
	"witdock/generated/witdock_editor_selections"
	"witdock/generated/witdock_plugin_log"
)

// A Selection is what is selected in the document that keys go to: of several selections, the primary one.
type Selection struct {
	// Document is lent for the call.
	Document *witdock_editor_documents.Document
	Range    Range
	Text     string
	revision uint64
}

// Selected fetches it. Where nothing is selected it is the whole text with orAll, and else an error that is shown quietly. It asks for
// the grants of witdock:editor/documents and witdock:editor/selections.
func Selected(orAll bool) (*Selection, error) {
	current := witdock_editor_documents.Current()
	if current.IsNone() {
		return nil, NotApplicable("no document is open")
	}
	document := current.Some()
	set := witdock_editor_selections.Get(document.Id())
	if set.IsNone() {
		return nil, NotApplicable("the document is closed")
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
		return nil, NotApplicable("the text is longer than the editor hands over at once")
	}
	return &Selection{document, selected, text.Ok(), document.Revision()}, nil
}

// Replace puts a text in its place.
func (selection *Selection) Replace(text string) error {
	applied := selection.Document.Apply(selection.revision, []Edit{{Range: selection.Range, Text: text}})
	if applied.IsErr() {
		if applied.Err().Tag() == witdock_editor_documents.EditErrorReadOnly {
			return errors.New("the document may not be changed")
		}
		return errors.New("the editor refuses the edit")
	}
	selection.revision = applied.Ok()
	return nil
}

// Status shows a line where the status of the last action stands. It asks for the grant of witdock:editor/messages.
func Status(format string, arguments ...any) {
	witdock_editor_messages.Status(fmt.Sprintf(format, arguments...))
}

// Logf writes a line to the host's log, under the plugin's name.
func Logf(format string, arguments ...any) {
	witdock_plugin_log.Write(witdock_plugin_log.LevelInfo, "", fmt.Sprintf(format, arguments...))
}
