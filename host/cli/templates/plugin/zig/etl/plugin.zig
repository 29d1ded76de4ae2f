//! {{name}}: cleans a column of text, and rejects rows where it is empty.
//!
//!     [[stage]]
//!     name = "clean"
//!     plugin = "…/{{name}}"
//!     settings = { column = "name" }

const clean = @import("clean.zig").clean;
const etl = @import("sdk/witdock_etl.zig");

const Plugin = struct {
    column: etl.Column([]const u8),
    made: etl.Made([]const u8),

    pub const Settings = struct {
        /// The name of a column of text.
        column: []const u8,
    };

    /// Declares the columns that are read and made, before the first row.
    pub fn open(plan: *etl.Plan, settings: Settings) etl.Error!Plugin {
        const column = try plan.read([]const u8, settings.column);
        try plan.passAll();
        // The new column replaces the one that is read.
        return .{ .column = column, .made = try plan.make([]const u8, settings.column, .nullable) };
    }

    pub fn process(self: *Plugin, batch: etl.Batch, out: *etl.Output) etl.Error!void {
        for (0..batch.rows) |row| {
            const text = self.column.get(batch, row) orelse {
                try self.made.put(out, null);
                try out.keep(row);
                continue;
            };
            const cleaned = try clean(etl.allocator, text);
            defer etl.allocator.free(cleaned);
            if (cleaned.len > 0) {
                try self.made.put(out, cleaned);
                try out.keep(row);
            } else {
                try out.reject(row, "empty", "the text is empty", .{});
            }
        }
    }
};

comptime {
    etl.register(Plugin);
}
