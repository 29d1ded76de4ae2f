//! What the plugin does to a text. It knows no editor, so that it is tested natively.

const std = @import("std");

/// How many words there are, with white space between them.
pub fn countWords(text: []const u8) usize {
    var words = std.mem.tokenizeAny(u8, text, &std.ascii.whitespace);
    var count: usize = 0;
    while (words.next()) |_| count += 1;
    return count;
}

/// Makes capitals of the letters a to z.
pub fn shout(text: []u8) void {
    for (text) |*letter| letter.* = std.ascii.toUpper(letter.*);
}

test countWords {
    try std.testing.expectEqual(0, countWords(" \n "));
    try std.testing.expectEqual(1, countWords("one"));
    try std.testing.expectEqual(2, countWords(" one\ttwo \n"));
}

test shout {
    var text = "Hello, wörld 1".*;
    shout(&text);
    try std.testing.expectEqualStrings("HELLO, WöRLD 1", &text);
}
