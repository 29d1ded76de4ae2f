//! Text functions that do not use the editor, so that native tests can call them.

const std = @import("std");

/// The number of words, which white space separates.
pub fn countWords(text: []const u8) usize {
    var words = std.mem.tokenizeAny(u8, text, &std.ascii.whitespace);
    var count: usize = 0;
    while (words.next()) |_| count += 1;
    return count;
}

/// Turns the letters a to z into capitals.
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
