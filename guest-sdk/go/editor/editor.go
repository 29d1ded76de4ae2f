// Package editor is the SDK for plugins of witdock-edit in Go.
//
// A plugin registers its commands, and optionally other functions that the editor calls.
//
//	func init() {
//		editor.Register(editor.Plugin{Commands: []editor.Command{
//			{Name: "shout", Title: "Shout", Description: "Converts the selection to upper case", Run: shout},
//		}})
//	}
//
//	func main() {}
//
//	func shout(string) error {
//		selected, err := editor.Selected(false)
//		if err != nil {
//			return err
//		}
//		return selected.Replace(strings.ToUpper(selected.Text))
//	}
//
// The editor's functions are in packages of witdock/generated, for example witdock/generated/witdock_editor_panels. Each interface
// is granted by name.
package editor

import (
	"encoding/json"
	"fmt"
	"strings"

	plugin "witdock/generated/export_witdock_editor_plugin"
	witTypes "witdock/wit/types"
	// The exports that the editor calls.
	_ "witdock/generated/wit_exports"
	"witdock/generated/witdock_editor_plugin"
	"witdock/generated/witdock_editor_types"
)

type (
	// Event is an event: Tag is its kind, and the method of that name returns its data.
	Event = witdock_editor_plugin.Event
	// EventKinds are the events that a plugin subscribes to.
	EventKinds = witdock_editor_plugin.EventKinds
	// Version is a document and a revision of its text.
	Version = witdock_editor_types.DocumentVersion
	// Location is a place in a version of a document.
	Location = witdock_editor_types.Location
	// Range is a part of a text, in bytes.
	Range = witdock_editor_types.Range
	// Edit replaces a range.
	Edit = witdock_editor_types.Edit
	// Completion is a completion.
	Completion = witdock_editor_plugin.Completion
	// HoverText is information about a place.
	HoverText = witdock_editor_plugin.HoverText
	// FileType is a language, and how files of it are recognized.
	FileType = witdock_editor_plugin.FileType
)

// The kinds of events; join several with |.
const (
	Opened           EventKinds = witdock_editor_plugin.EventKindsOpened
	Changed          EventKinds = witdock_editor_plugin.EventKindsChanged
	Saved            EventKinds = witdock_editor_plugin.EventKindsSaved
	Closed           EventKinds = witdock_editor_plugin.EventKindsClosed
	CursorMoved      EventKinds = witdock_editor_plugin.EventKindsCursorMoved
	SelectionChanged EventKinds = witdock_editor_plugin.EventKindsSelectionChanged
	Idle             EventKinds = witdock_editor_plugin.EventKindsIdle
	SettingsChanged  EventKinds = witdock_editor_plugin.EventKindsSettingsChanged
)

// A Command is one that the user can run: by name, by key, from the palette.
type Command struct {
	// Letters, digits and -.
	Name string
	// The title in the palette.
	Title string
	// A sentence that describes it.
	Description string
	// Its default keys.
	Keys []string
	// Run runs it. The argument is empty if there is none. An error discards the command's edits.
	Run func(argument string) error
}

// A Plugin describes a plugin. Functions that it does not need stay nil.
type Plugin struct {
	// Settings is a pointer to a struct with json tags, into which the settings are decoded. Without it, the plugin has no settings.
	Settings any
	// Start is called once, after the settings are decoded. It may change the Plugin.
	Start    func(plugin *Plugin) error
	Commands []Command
	// Events are the events for which OnEvent is called; answers to the plugin's own questions, timers and jobs always arrive.
	Events  EventKinds
	OnEvent func(event Event)
	// Languages are the languages of the documents for which events and the functions below apply; none means all.
	Languages          []string
	FileTypes          []FileType
	CompletionTriggers []rune
	// Format returns the edits that format a document. A SyntaxError gives the place of a syntax error.
	Format   func(document Version) ([]Edit, error)
	Complete func(at Location) []Completion
	Hover    func(at Location) *HoverText
}

// Register registers the plugin. Call it in an init function.
func Register(does Plugin) {
	plugin.Activate = func(settings string) activation { return activate(&does, settings) }
	plugin.RunCommand = func(name string, argument witTypes.Option[string]) outcome {
		return run(&does, name, argument.SomeOr(""))
	}
	plugin.OnEvent = func(event Event) {
		if does.OnEvent != nil {
			does.OnEvent(event)
		}
	}
	plugin.Format = func(document Version) formatted { return format(&does, document) }
	plugin.Complete = func(at Location) []Completion {
		if does.Complete == nil {
			return nil
		}
		return does.Complete(at)
	}
	plugin.Hover = func(at Location) witTypes.Option[HoverText] {
		if does.Hover != nil {
			if text := does.Hover(at); text != nil {
				return witTypes.Some(*text)
			}
		}
		return witTypes.None[HoverText]()
	}
}

type (
	activation = witTypes.Result[witdock_editor_plugin.Registration, witdock_editor_plugin.ActivateError]
	outcome    = witTypes.Result[witTypes.Unit, witdock_editor_types.CommandError]
	formatted  = witTypes.Result[[]Edit, witdock_editor_plugin.FormatError]
)

func activate(does *Plugin, settings string) activation {
	refused := witTypes.Err[witdock_editor_plugin.Registration, witdock_editor_plugin.ActivateError]
	into := does.Settings
	if into == nil {
		into = &struct{}{}
	}
	decoder := json.NewDecoder(strings.NewReader(settings))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return refused(witdock_editor_plugin.MakeActivateErrorSettings(strings.TrimPrefix(err.Error(), "json: ")))
	}
	if does.Start != nil {
		if err := does.Start(does); err != nil {
			return refused(witdock_editor_plugin.MakeActivateErrorFailed(err.Error()))
		}
	}
	commands := make([]witdock_editor_plugin.Command, len(does.Commands))
	for index, command := range does.Commands {
		commands[index] = witdock_editor_plugin.Command{
			Name: command.Name, Title: command.Title, Description: command.Description, DefaultKeys: command.Keys,
		}
	}
	var abilities witdock_editor_plugin.Abilities
	for ability, has := range map[witdock_editor_plugin.Abilities]bool{
		witdock_editor_plugin.AbilitiesFormat:   does.Format != nil,
		witdock_editor_plugin.AbilitiesComplete: does.Complete != nil,
		witdock_editor_plugin.AbilitiesHover:    does.Hover != nil,
	} {
		if has {
			abilities |= ability
		}
	}
	return witTypes.Ok[witdock_editor_plugin.Registration, witdock_editor_plugin.ActivateError](witdock_editor_plugin.Registration{
		Commands: commands, Events: does.Events, Abilities: abilities, Languages: does.Languages,
		FileTypes: does.FileTypes, CompletionTriggers: does.CompletionTriggers,
	})
}

func run(does *Plugin, name, argument string) (result outcome) {
	refused := witTypes.Err[witTypes.Unit, witdock_editor_types.CommandError]
	defer func() {
		// The user sees the panic's text.
		if cause := recover(); cause != nil {
			result = refused(witdock_editor_types.MakeCommandErrorFailed(fmt.Sprintf("the plugin panicked: %v", cause)))
		}
	}()
	for _, command := range does.Commands {
		if command.Name == name {
			if err := command.Run(argument); err != nil {
				return refused(told(err))
			}
			return witTypes.Ok[witTypes.Unit, witdock_editor_types.CommandError](witTypes.Unit{})
		}
	}
	return refused(witdock_editor_types.MakeCommandErrorNoSuchCommand(name))
}

func format(does *Plugin, document Version) formatted {
	var edits []Edit
	var err error
	if does.Format != nil {
		edits, err = does.Format(document)
	}
	if err != nil {
		return witTypes.Err[[]Edit](toldFormat(err))
	}
	return witTypes.Ok[[]Edit, witdock_editor_plugin.FormatError](edits)
}
