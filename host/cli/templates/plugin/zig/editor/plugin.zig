//! {{name}}: counts the words that are selected, and writes them in capitals.

const editor = @import("sdk/witdock_editor.zig");
const text = @import("text.zig");

const Plugin = struct {
    pub const commands = [_]editor.Command{
        .{ .name = "count", .title = "Count words", .description = "Of the selection, or of the whole text", .run = count },
        .{ .name = "shout", .title = "Shout", .description = "Makes capitals of what is selected", .run = shout },
    };

    fn count(call: *editor.Call) editor.Error!void {
        var selected = try call.selected(true);
        defer selected.release();
        const words = text.countWords(selected.text);
        editor.status("{d} word{s}", .{ words, if (words == 1) "" else "s" });
    }

    fn shout(call: *editor.Call) editor.Error!void {
        var selected = try call.selected(false);
        defer selected.release();
        text.shout(selected.text);
        try selected.replace(call, selected.text);
    }
};

comptime {
    editor.register(Plugin);
}
