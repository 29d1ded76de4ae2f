//! For what knows nothing of the interface, so that it is tested natively.

const std = @import("std");

test "this machine counts" {
    try std.testing.expectEqual(2, 1 + 1);
}
