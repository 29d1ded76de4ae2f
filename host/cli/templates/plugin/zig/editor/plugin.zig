//! {{name}}: counts the selected words, and turns the selection into capitals.

const editor = @import("sdk/witdock_editor.zig");
const text = @import("text.zig");

const Plugin = struct {
    pub const commands = [_]editor.Command{
        .{ .name = "count", .title = "Count words", .description = "Counts the words of the selection, or of the whole text", .run = count },
        .{ .name = "shout", .title = "Shout", .description = "Turns the selection into capitals", .run = shout },
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
