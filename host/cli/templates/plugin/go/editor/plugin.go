// {{name}}: counts the selected words, and turns the selection into capitals.
package main

import (
	"witdock/editor"

	"{{module}}/text"
)

func init() {
	editor.Register(editor.Plugin{Commands: []editor.Command{
		{Name: "count", Title: "Count words", Description: "Counts the words of the selection, or of the whole text", Run: count},
		{Name: "shout", Title: "Shout", Description: "Turns the selection into capitals", Run: shout},
	}})
}

// The editor calls what init registers.
func main() {}

func count(string) error {
	selected, err := editor.Selected(true)
	if err != nil {
		return err
	}
	editor.Status("%s", text.Words(selected.Text))
	return nil
}

func shout(string) error {
	selected, err := editor.Selected(false)
	if err != nil {
		return err
	}
	return selected.Replace(text.Capitals(selected.Text))
}
