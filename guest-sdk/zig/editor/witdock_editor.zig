//! The SDK for plugins of witdock-edit in Zig.
//!
//! A plugin is a struct with its commands, and optionally other functions that the editor calls:
//!
//! ```zig
//! const editor = @import("sdk/witdock_editor.zig");
//!
//! const Shout = struct {
//!     pub const commands = [_]editor.Command{
//!         .{ .name = "shout", .title = "Shout", .description = "Converts the selection to upper case", .run = shout },
//!     };
//!
//!     fn shout(call: *editor.Call) editor.Error!void {
//!         var selected = try call.selected(false);
//!         defer selected.release();
//!         for (selected.text) |*letter| letter.* = std.ascii.toUpper(letter.*);
//!         try selected.replace(call, selected.text);
//!     }
//! };
//!
//! comptime {
//!     editor.register(Shout);
//! }
//! ```
//!
//! Call the editor's functions as `wit` declares them. Each interface is granted by name.

const std = @import("std");

/// The interface, with its comments.
pub const wit = @import("generated/extension_plugin.zig");

/// The allocator for memory that the bindings free.
pub const allocator = std.heap.c_allocator;

/// Why a command failed: it does not apply here, which is shown as information, or another reason. The words are in the call's `fail`.
pub const Error = error{ NotApplicable, Failed, OutOfMemory };

/// A command that the user can run: by name, by key, from the palette.
pub const Command = struct {
    /// Letters, digits and `-`.
    name: []const u8,
    /// The title in the palette.
    title: []const u8,
    /// A sentence that describes it.
    description: []const u8,
    /// Its default key.
    key: ?[]const u8 = null,
    run: *const fn (call: *Call) Error!void,
};

/// A running command.
pub const Call = struct {
    /// Its argument; empty if there is none.
    argument: []const u8,
    why: ?[]const u8 = null,

    /// Sets the message and returns the error: `return call.fail(error.Failed, "there is no {s}", .{name})`.
    pub fn fail(self: *Call, why: Error, comptime format: []const u8, arguments: anytype) Error {
        self.why = std.fmt.allocPrint(allocator, format, arguments) catch null;
        return why;
    }

    /// The selection of the focused document; if there are several, the primary one. If nothing is selected, it is the whole text
    /// with `or_all`, and a not-applicable error otherwise. It must be released.
    pub fn selected(self: *Call, or_all: bool) Error!Selection {
        var document: wit.witdock_editor_documents_own_document_t = undefined;
        if (!wit.witdock_editor_documents_current(&document)) return self.fail(error.NotApplicable, "no document is open", .{});
        errdefer wit.witdock_editor_documents_document_drop_own(document);
        const borrowed = wit.witdock_editor_documents_borrow_document(document);
        var set: wit.witdock_editor_selections_selection_set_t = undefined;
        if (!wit.witdock_editor_selections_get(wit.witdock_editor_documents_method_document_id(borrowed), &set)) {
            return self.fail(error.NotApplicable, "the document has been closed", .{});
        }
        const primary = set.selections.ptr[set.primary];
        wit.witdock_editor_selections_selection_set_free(&set);
        var range = std.mem.zeroes(wit.witdock_editor_documents_range_t);
        range.start = @min(primary.anchor, primary.head);
        range.end = @max(primary.anchor, primary.head);
        if (range.start == range.end) {
            if (!or_all) return self.fail(error.NotApplicable, "nothing is selected", .{});
            range.start = 0;
            range.end = wit.witdock_editor_documents_method_document_length(borrowed);
        }
        var text: wit.extension_plugin_string_t = undefined;
        var unread: wit.witdock_editor_documents_text_error_t = undefined;
        if (!wit.witdock_editor_documents_method_document_text(borrowed, &range, &text, &unread)) {
            return self.fail(error.NotApplicable, "the text is too long to be passed to a plugin", .{});
        }
        return .{
            .document = document,
            .range = range,
            .text = if (text.len == 0) &.{} else text.ptr[0..text.len],
            .revision = wit.witdock_editor_documents_method_document_revision(borrowed),
        };
    }
};

/// A part of a document's text.
pub const Selection = struct {
    /// Valid for the call.
    document: wit.witdock_editor_documents_own_document_t,
    range: wit.witdock_editor_documents_range_t,
    text: []u8,
    revision: u64,

    /// Replaces it by a text.
    pub fn replace(self: *Selection, call: *Call, text: []const u8) Error!void {
        var edit = std.mem.zeroes(wit.witdock_editor_documents_edit_t);
        edit.range = self.range;
        edit.text = .{ .ptr = @constCast(text.ptr), .len = text.len };
        var edits: wit.witdock_editor_documents_list_edit_t = .{ .ptr = &edit, .len = 1 };
        var refused: wit.witdock_editor_documents_edit_error_t = undefined;
        const document = wit.witdock_editor_documents_borrow_document(self.document);
        if (!wit.witdock_editor_documents_method_document_apply(document, self.revision, &edits, &self.revision, &refused)) {
            const is_read_only = refused.tag == wit.WITDOCK_EDITOR_DOCUMENTS_EDIT_ERROR_READ_ONLY;
            return call.fail(error.Failed, "{s}", .{if (is_read_only) "the document is read-only" else "the editor refused the edit"});
        }
    }

    pub fn release(self: *Selection) void {
        if (self.text.len > 0) allocator.free(self.text);
        wit.witdock_editor_documents_document_drop_own(self.document);
    }
};

/// Shows a line in the place for the status of the last action.
pub fn status(comptime format: []const u8, arguments: anytype) void {
    const text = std.fmt.allocPrint(allocator, format, arguments) catch return;
    defer allocator.free(text);
    var line: wit.extension_plugin_string_t = .{ .ptr = text.ptr, .len = text.len };
    wit.witdock_editor_messages_status(&line);
}

/// A copy of a text for the editor, which frees it.
pub fn copied(text: []const u8) wit.extension_plugin_string_t {
    if (text.len == 0) return .{ .ptr = null, .len = 0 };
    const copy = allocator.dupe(u8, text) catch @panic("out of memory");
    return .{ .ptr = copy.ptr, .len = copy.len };
}

fn view(text: wit.extension_plugin_string_t) []const u8 {
    return if (text.len == 0) "" else text.ptr[0..text.len];
}

fn Host(comptime Plugin: type) type {
    return struct {
        fn activate(
            settings: *wit.extension_plugin_string_t,
            ret: *wit.exports_witdock_editor_plugin_registration_t,
            err: *wit.exports_witdock_editor_plugin_activate_error_t,
        ) callconv(.c) bool {
            defer wit.extension_plugin_string_free(settings);
            if (@hasDecl(Plugin, "activate")) {
                // The settings' strings live as long as the plugin.
                Plugin.activate(view(settings.*)) catch |why| {
                    err.tag = wit.EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
                    err.val.settings = copied(@errorName(why));
                    return false;
                };
            } else if (!std.mem.eql(u8, view(settings.*), "{}")) {
                err.tag = wit.EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
                err.val.settings = copied("this plugin has no settings");
                return false;
            }
            ret.* = std.mem.zeroes(wit.exports_witdock_editor_plugin_registration_t);
            const commands = allocator.alloc(wit.exports_witdock_editor_plugin_command_t, Plugin.commands.len) catch @panic("out of memory");
            for (Plugin.commands, commands) |command, *told| {
                told.* = std.mem.zeroes(wit.exports_witdock_editor_plugin_command_t);
                told.name = copied(command.name);
                told.title = copied(command.title);
                told.description = copied(command.description);
                if (command.key) |key| {
                    const keys = allocator.alloc(wit.exports_witdock_editor_plugin_key_text_t, 1) catch @panic("out of memory");
                    keys[0] = copied(key);
                    told.default_keys = .{ .ptr = keys.ptr, .len = 1 };
                }
            }
            ret.commands = .{ .ptr = commands.ptr, .len = commands.len };
            if (@hasDecl(Plugin, "register")) Plugin.register(ret);
            return true;
        }

        fn runCommand(
            name: *wit.extension_plugin_string_t,
            argument: ?*wit.extension_plugin_string_t,
            err: *wit.exports_witdock_editor_plugin_command_error_t,
        ) callconv(.c) bool {
            defer wit.extension_plugin_string_free(name);
            defer if (argument) |given| wit.extension_plugin_string_free(given);
            var call: Call = .{ .argument = if (argument) |given| view(given.*) else "" };
            for (Plugin.commands) |command| {
                if (!std.mem.eql(u8, command.name, view(name.*))) continue;
                command.run(&call) catch |why| {
                    err.tag = if (why == error.NotApplicable)
                        wit.WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NOT_APPLICABLE
                    else
                        wit.WITDOCK_EDITOR_TYPES_COMMAND_ERROR_FAILED;
                    err.val.failed = copied(call.why orelse if (why == error.OutOfMemory) "there is not enough memory" else "the plugin gives no reason");
                    return false;
                };
                return true;
            }
            err.tag = wit.WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NO_SUCH_COMMAND;
            err.val.no_such_command = copied(view(name.*));
            return false;
        }

        fn onEvent(event: *wit.exports_witdock_editor_plugin_event_t) callconv(.c) void {
            defer wit.exports_witdock_editor_plugin_event_free(event);
            if (@hasDecl(Plugin, "onEvent")) Plugin.onEvent(event);
        }

        fn format(
            document: *wit.exports_witdock_editor_plugin_document_version_t,
            edits: *wit.exports_witdock_editor_plugin_list_edit_t,
            err: *wit.exports_witdock_editor_plugin_format_error_t,
        ) callconv(.c) bool {
            if (@hasDecl(Plugin, "format")) return Plugin.format(document, edits, err);
            edits.* = std.mem.zeroes(wit.exports_witdock_editor_plugin_list_edit_t);
            return true;
        }

        fn complete(
            at: *wit.exports_witdock_editor_plugin_location_t,
            completions: *wit.exports_witdock_editor_plugin_list_completion_t,
        ) callconv(.c) void {
            completions.* = std.mem.zeroes(wit.exports_witdock_editor_plugin_list_completion_t);
            if (@hasDecl(Plugin, "complete")) Plugin.complete(at, completions);
        }

        fn hover(
            at: *wit.exports_witdock_editor_plugin_location_t,
            text: *wit.exports_witdock_editor_plugin_hover_text_t,
        ) callconv(.c) bool {
            return if (@hasDecl(Plugin, "hover")) Plugin.hover(at, text) else false;
        }
    };
}

/// Registers a struct as the plugin. Call it in a `comptime` block. Besides `commands`, the struct may have `activate`, which receives
/// the settings as JSON text, `register`, which changes the registration, and `onEvent`, `format`, `complete` and `hover`.
pub fn register(comptime Plugin: type) void {
    const host = Host(Plugin);
    @export(&host.activate, .{ .name = "exports_witdock_editor_plugin_activate" });
    @export(&host.runCommand, .{ .name = "exports_witdock_editor_plugin_run_command" });
    @export(&host.onEvent, .{ .name = "exports_witdock_editor_plugin_on_event" });
    @export(&host.format, .{ .name = "exports_witdock_editor_plugin_format" });
    @export(&host.complete, .{ .name = "exports_witdock_editor_plugin_complete" });
    @export(&host.hover, .{ .name = "exports_witdock_editor_plugin_hover" });
}
