//! Code that does not use the interface, so that native tests can call it.

const std = @import("std");

test "replace this test" {
    try std.testing.expectEqual(2, 1 + 1);
}
