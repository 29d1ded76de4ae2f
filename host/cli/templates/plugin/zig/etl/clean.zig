//! A text function that does not use the host, so that native tests can call it.

const std = @import("std");

/// The text without white space at its ends, and with single spaces inside. The caller frees it.
pub fn clean(allocator: std.mem.Allocator, text: []const u8) std.mem.Allocator.Error![]u8 {
    var words = std.mem.tokenizeAny(u8, text, &std.ascii.whitespace);
    var cleaned: std.ArrayList(u8) = .empty;
    errdefer cleaned.deinit(allocator);
    while (words.next()) |word| {
        if (cleaned.items.len > 0) try cleaned.append(allocator, ' ');
        try cleaned.appendSlice(allocator, word);
    }
    return cleaned.toOwnedSlice(allocator);
}

test clean {
    for ([_][2][]const u8{
        .{ "", "" },
        .{ " \t\r\n", "" },
        .{ "ada", "ada" },
        .{ "  Ada \t Lovelace\n", "Ada Lovelace" },
        .{ " ä  ö ", "ä ö" },
    }) |case| {
        const cleaned = try clean(std.testing.allocator, case[0]);
        defer std.testing.allocator.free(cleaned);
        try std.testing.expectEqualStrings(case[1], cleaned);
    }
}
