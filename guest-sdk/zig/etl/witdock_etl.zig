//! The SDK for transforms of witdock-etl in Zig.
//!
//! A plugin is a struct with its settings, `open` and `process`, and `deinit` if it has something to free:
//!
//! ```zig
//! const etl = @import("sdk/witdock_etl.zig");
//!
//! const Length = struct {
//!     name: etl.Column([]const u8),
//!     length: etl.Made(i64),
//!
//!     pub const Settings = struct { column: []const u8 = "name" };
//!
//!     pub fn open(plan: *etl.Plan, settings: Settings) etl.Error!Length {
//!         const name = try plan.read([]const u8, settings.column);
//!         try plan.passAll();
//!         return .{ .name = name, .length = try plan.make(i64, "length", .nullable) };
//!     }
//!
//!     pub fn process(self: *Length, batch: etl.Batch, out: *etl.Output) etl.Error!void {
//!         for (0..batch.rows) |row| {
//!             const text = self.name.get(batch, row);
//!             try self.length.put(out, if (text) |some| @intCast(some.len) else null);
//!             try out.keep(row);
//!         }
//!     }
//! };
//!
//! comptime {
//!     etl.register(Length);
//! }
//! ```
//!
//! Call the host's functions as `wit` declares them. Each interface is granted by name.

const std = @import("std");

/// The interface, with its comments.
pub const wit = @import("generated/transformer_plugin.zig");

/// The allocator for memory that the bindings free.
pub const allocator = std.heap.c_allocator;

/// Why a call failed. `fail` of the plan or the output sets the message.
pub const Error = error{ Settings, Schema, Data, OutOfMemory };

pub const Nullability = enum { nullable, not_null };

pub const Type = enum(u8) { boolean, int32, int64, float64, date32, timestamp_us, utf8, binary, ipc };

/// A day, in days since 1970-01-01.
pub const Date = struct { days: i32 };
/// An instant, in microseconds since 1970-01-01T00:00:00 UTC.
pub const Timestamp = struct { microseconds: i64 };
/// Bytes that are not text.
pub const Bytes = struct { bytes: []const u8 };

fn typeOf(comptime T: type) Type {
    return switch (T) {
        bool => .boolean,
        i32 => .int32,
        i64 => .int64,
        f64 => .float64,
        Date => .date32,
        Timestamp => .timestamp_us,
        []const u8 => .utf8,
        Bytes => .binary,
        else => @compileError("a column is bool, i32, i64, f64, Date, Timestamp, []const u8 or Bytes, not " ++ @typeName(T)),
    };
}

/// An error message for the host, and the error that it belongs to.
const Failure = struct {
    text: ?[]const u8 = null,

    fn say(self: *Failure, comptime format: []const u8, arguments: anytype) void {
        if (self.text == null) self.text = std.fmt.allocPrint(allocator, format, arguments) catch null;
    }

    fn tell(self: *Failure, why: Error, told: *wit.witdock_etl_types_error_t) void {
        told.tag = switch (why) {
            error.Settings => wit.WITDOCK_ETL_TYPES_ERROR_SETTINGS,
            error.Schema => wit.WITDOCK_ETL_TYPES_ERROR_SCHEMA,
            error.Data, error.OutOfMemory => wit.WITDOCK_ETL_TYPES_ERROR_DATA,
        };
        told.val.data = copied(self.text orelse if (why == error.OutOfMemory) "there is not enough memory" else "the plugin gives no reason");
    }
};

fn copied(text: []const u8) wit.transformer_plugin_string_t {
    if (text.len == 0) return .{ .ptr = null, .len = 0 };
    // The host accepts only UTF-8.
    const valid = if (std.unicode.utf8ValidateSlice(text)) text else "a text that is not UTF-8";
    const copy = allocator.dupe(u8, valid) catch @panic("out of memory");
    return .{ .ptr = copy.ptr, .len = copy.len };
}

fn view(text: wit.transformer_plugin_string_t) []const u8 {
    return if (text.len == 0) "" else text.ptr[0..text.len];
}

/// The input's columns, and the columns that are read and made. Used once, before the first row.
pub const Plan = struct {
    fields: []const wit.witdock_etl_types_field_t,
    failure: Failure = .{},
    reads: std.ArrayList(u32) = .empty,
    output: std.ArrayList(Planned) = .empty,
    made: std.ArrayList(usize) = .empty,

    const Planned = struct {
        name: []const u8,
        kind: Type,
        nullable: bool,
        /// The input column that passes through.
        same: ?u32,
    };

    /// Sets the message and returns the error: `return plan.fail(error.Settings, "there is no {s}", .{name})`.
    pub fn fail(self: *Plan, why: Error, comptime format: []const u8, arguments: anytype) Error {
        self.failure.say(format, arguments);
        return why;
    }

    fn find(self: *Plan, name: []const u8) Error!u32 {
        for (self.fields, 0..) |field, index| {
            if (std.mem.eql(u8, view(field.name), name)) return @intCast(index);
        }
        var known: std.ArrayList(u8) = .empty;
        defer known.deinit(allocator);
        for (self.fields, 0..) |field, index| {
            if (index > 0) try known.appendSlice(allocator, ", ");
            try known.append(allocator, '`');
            try known.appendSlice(allocator, view(field.name));
            try known.append(allocator, '`');
        }
        if (known.items.len == 0) try known.appendSlice(allocator, "none");
        return self.fail(error.Schema, "unknown column `{s}`; the input has {s}", .{ name, known.items });
    }

    /// Reads the input column of this name, which must have T's type.
    pub fn read(self: *Plan, comptime T: type, name: []const u8) Error!Column(T) {
        const index = try self.find(name);
        const kind: Type = @enumFromInt(self.fields[index].data_type);
        if (kind != typeOf(T)) {
            return self.fail(error.Schema, "column `{s}` is {t}; expected {t}", .{ name, kind, typeOf(T) });
        }
        const place = std.mem.indexOfScalar(u32, self.reads.items, index) orelse place: {
            try self.reads.append(allocator, index);
            break :place self.reads.items.len - 1;
        };
        return .{ .place = place };
    }

    fn passOne(self: *Plan, index: u32) Error!void {
        const field = self.fields[index];
        try self.output.append(allocator, .{
            .name = view(field.name),
            .kind = @enumFromInt(field.data_type),
            .nullable = field.nullable,
            .same = index,
        });
    }

    /// Passes every input column through unchanged.
    pub fn passAll(self: *Plan) Error!void {
        for (0..self.fields.len) |index| try self.passOne(@intCast(index));
    }

    /// Passes one column through.
    pub fn pass(self: *Plan, name: []const u8) Error!void {
        try self.passOne(try self.find(name));
    }

    /// Makes a column. It replaces one of the same name that passes through.
    pub fn make(self: *Plan, comptime T: type, name: []const u8, nullability: Nullability) Error!Made(T) {
        const planned: Planned = .{
            .name = try allocator.dupe(u8, name),
            .kind = typeOf(T),
            .nullable = nullability == .nullable,
            .same = null,
        };
        const place = for (self.output.items, 0..) |other, index| {
            if (other.same != null and std.mem.eql(u8, other.name, name)) break index;
        } else self.output.items.len;
        if (place < self.output.items.len) self.output.items[place] = planned else try self.output.append(allocator, planned);
        try self.made.append(allocator, place);
        return .{ .place = self.made.items.len - 1 };
    }

    fn deinit(self: *Plan) void {
        for (self.output.items) |planned| if (planned.same == null) allocator.free(planned.name);
        self.reads.deinit(allocator);
        self.output.deinit(allocator);
        self.made.deinit(allocator);
        if (self.failure.text) |text| allocator.free(text);
    }

    fn contract(self: *const Plan) Error!wit.witdock_etl_types_contract_t {
        const reads = try allocator.dupe(u32, self.reads.items);
        const output = try allocator.alloc(wit.witdock_etl_types_output_field_t, self.output.items.len);
        for (self.output.items, output) |planned, *told| {
            told.* = std.mem.zeroes(wit.witdock_etl_types_output_field_t);
            if (planned.same) |index| {
                told.tag = wit.WITDOCK_ETL_TYPES_OUTPUT_FIELD_SAME;
                told.val.same = index;
            } else {
                told.tag = wit.WITDOCK_ETL_TYPES_OUTPUT_FIELD_NEW;
                told.val.new_ = std.mem.zeroes(wit.witdock_etl_types_field_t);
                told.val.new_.name = copied(planned.name);
                told.val.new_.data_type = @intFromEnum(planned.kind);
                told.val.new_.nullable = planned.nullable;
            }
        }
        return .{ .reads = .{ .ptr = reads.ptr, .len = reads.len }, .output = .{ .ptr = output.ptr, .len = output.len } };
    }
};

/// The input rows: the columns that are read. They are valid until `process` returns.
pub const Batch = struct {
    rows: usize,
    columns: [*c]const wit.witdock_etl_types_column_t,
};

fn bit(bitmap: [*c]const u8, row: usize) bool {
    return bitmap[row / 8] >> @intCast(row % 8) & 1 == 1;
}

/// A column of the input.
pub fn Column(comptime T: type) type {
    return struct {
        place: usize,

        /// The value of a row, or null.
        pub fn get(self: @This(), batch: Batch, row: usize) ?T {
            const column = &batch.columns[self.place];
            if (column.validity.is_some and !bit(column.validity.val.ptr, row)) return null;
            const values = &column.values.val;
            return switch (comptime typeOf(T)) {
                .boolean => bit(values.boolean.ptr, row),
                .int32 => values.int32.ptr[row],
                .int64 => values.int64.ptr[row],
                .float64 => values.float64.ptr[row],
                .date32 => .{ .days = values.date32.ptr[row] },
                .timestamp_us => .{ .microseconds = values.timestamp_us.ptr[row] },
                .utf8 => slice(values.utf8, row),
                .binary => .{ .bytes = slice(values.binary, row) },
                .ipc => unreachable,
            };
        }
    };
}

fn slice(column: wit.witdock_etl_types_bytes_column_t, row: usize) []const u8 {
    const start: usize = @intCast(column.offsets.ptr[row]);
    const end: usize = @intCast(column.offsets.ptr[row + 1]);
    return if (start == end) "" else column.data.ptr[start..end];
}

/// A column that is made.
pub fn Made(comptime T: type) type {
    return struct {
        place: usize,

        /// Puts the next row's value, or null.
        pub fn put(self: @This(), out: *Output, value: ?T) Error!void {
            try out.made[self.place].put(T, value);
        }
    };
}

/// A column under construction.
const Builder = struct {
    values: std.ArrayListAligned(u8, .@"8") = .empty,
    offsets: std.ArrayList(i32) = .empty,
    validity: std.ArrayList(u8) = .empty,
    rows: usize = 0,
    first_null: ?usize = null,

    fn bits(list: anytype, row: usize, set: bool) Error!void {
        if (row % 8 == 0) try list.append(allocator, 0);
        if (set) list.items[row / 8] |= @as(u8, 1) << @intCast(row % 8);
    }

    fn put(self: *Builder, comptime T: type, value: ?T) Error!void {
        switch (comptime typeOf(T)) {
            .boolean => try bits(&self.values, self.rows, value orelse false),
            .int32, .int64, .float64 => try self.values.appendSlice(allocator, std.mem.asBytes(&(value orelse 0))),
            .date32 => try self.values.appendSlice(allocator, std.mem.asBytes(&(if (value) |date| date.days else @as(i32, 0)))),
            .timestamp_us => try self.values.appendSlice(allocator, std.mem.asBytes(&(if (value) |time| time.microseconds else @as(i64, 0)))),
            .utf8, .binary => {
                if (self.rows == 0) try self.offsets.append(allocator, 0);
                if (value) |some| try self.values.appendSlice(allocator, if (T == Bytes) some.bytes else some);
                try self.offsets.append(allocator, @intCast(self.values.items.len));
            },
            .ipc => unreachable,
        }
        try bits(&self.validity, self.rows, value != null);
        if (value == null and self.first_null == null) self.first_null = self.rows;
        self.rows += 1;
    }

    fn told(self: *Builder, kind: Type) Error!wit.witdock_etl_types_column_t {
        var column = std.mem.zeroes(wit.witdock_etl_types_column_t);
        if (self.first_null == null) {
            self.validity.deinit(allocator);
        } else {
            column.validity.is_some = true;
            column.validity.val = .{ .ptr = self.validity.items.ptr, .len = self.validity.items.len };
        }
        // The cases of the values are in the order of the types.
        column.values.tag = @intFromEnum(kind);
        const values = self.values.items;
        switch (kind) {
            .boolean => column.values.val.boolean = .{ .ptr = values.ptr, .len = values.len },
            .int32, .date32 => column.values.val.int32 = .{ .ptr = @ptrCast(values.ptr), .len = self.rows },
            .int64, .timestamp_us => column.values.val.int64 = .{ .ptr = @ptrCast(values.ptr), .len = self.rows },
            .float64 => column.values.val.float64 = .{ .ptr = @ptrCast(values.ptr), .len = self.rows },
            .utf8, .binary => {
                if (self.rows == 0) try self.offsets.append(allocator, 0);
                column.values.val.utf8 = .{
                    .offsets = .{ .ptr = self.offsets.items.ptr, .len = self.offsets.items.len },
                    .data = .{ .ptr = values.ptr, .len = values.len },
                };
            },
            .ipc => {},
        }
        return column;
    }
};

/// The output of a batch. For each output row, put one value into every column that is made, in any order, and then keep the row.
pub const Output = struct {
    plan: *const Plan,
    made: []Builder,
    kept: std.ArrayList(u32) = .empty,
    rejected: std.ArrayList(wit.witdock_etl_types_row_error_t) = .empty,
    failure: Failure = .{},

    fn init(plan: *const Plan) Error!Output {
        const made = try allocator.alloc(Builder, plan.made.items.len);
        for (made) |*builder| builder.* = .{};
        return .{ .plan = plan, .made = made };
    }

    /// Sets the message and returns the error, which fails the whole batch.
    pub fn fail(self: *Output, comptime format: []const u8, arguments: anytype) Error {
        self.failure.say(format, arguments);
        return error.Data;
    }

    /// Adds an output row for this input row. An input row that is never kept is omitted, as a filter does; it may be kept several times.
    pub fn keep(self: *Output, row: usize) Error!void {
        try self.kept.append(allocator, @intCast(row));
    }

    /// Rejects an input row, with a short code to count and a message for a person.
    pub fn reject(self: *Output, row: usize, code: []const u8, comptime format: []const u8, arguments: anytype) Error!void {
        const message = try std.fmt.allocPrint(allocator, format, arguments);
        defer allocator.free(message);
        try self.rejected.append(allocator, .{ .row = @intCast(row), .code = copied(code), .message = copied(message) });
    }

    fn told(self: *Output, rows: usize) Error!wit.witdock_etl_types_output_t {
        var output = std.mem.zeroes(wit.witdock_etl_types_output_t);
        const columns = try allocator.alloc(wit.witdock_etl_types_column_t, self.made.len);
        var next: usize = 0;
        // The host expects them in the order of the output.
        for (self.plan.output.items, 0..) |planned, place| {
            const index = std.mem.indexOfScalar(usize, self.plan.made.items, place) orelse continue;
            const made = &self.made[index];
            if (made.rows != self.kept.items.len) {
                return self.fail("the plugin has put {d} values into `{s}` for {d} rows", .{ made.rows, planned.name, self.kept.items.len });
            }
            if (!planned.nullable) if (made.first_null) |row| {
                return self.fail("`{s}` is null in row {d} of the output, but the contract says that it is not nullable", .{ planned.name, row });
            };
            columns[next] = try made.told(planned.kind);
            next += 1;
        }
        output.columns = .{ .ptr = columns.ptr, .len = columns.len };
        const is_all = rows > 0 and self.kept.items.len == rows and for (self.kept.items, 0..) |row, index| {
            if (row != index) break false;
        } else true;
        if (is_all) {
            output.rows.tag = wit.WITDOCK_ETL_TYPES_OUTPUT_ROWS_ALL;
            self.kept.deinit(allocator);
        } else {
            output.rows.tag = wit.WITDOCK_ETL_TYPES_OUTPUT_ROWS_SELECTED;
            output.rows.val.selected = .{ .ptr = self.kept.items.ptr, .len = self.kept.items.len };
        }
        output.rejected = .{ .ptr = self.rejected.items.ptr, .len = self.rejected.items.len };
        // The host owns the rest.
        allocator.free(self.made);
        return output;
    }
};

fn Host(comptime Plugin: type) type {
    return struct {
        const Session = struct {
            input: wit.exports_witdock_etl_transform_list_field_t,
            settings: wit.transformer_plugin_string_t,
            plan: Plan,
            plugin: Plugin,
            /// A constructor cannot fail, so its error is stored until the first call.
            failed: ?Error,
        };

        fn open(input: *wit.exports_witdock_etl_transform_list_field_t, settings: *wit.transformer_plugin_string_t) *Session {
            const session = allocator.create(Session) catch @panic("out of memory");
            session.input = input.*;
            session.settings = settings.*;
            session.plan = .{ .fields = if (input.len == 0) &.{} else input.ptr[0..input.len] };
            session.failed = null;
            session.plugin = start(&session.plan, view(settings.*)) catch |why| {
                session.failed = why;
                return session;
            };
            return session;
        }

        // The settings' strings live as long as the session.
        fn start(plan: *Plan, text: []const u8) Error!Plugin {
            const settings = std.json.parseFromSliceLeaky(Plugin.Settings, allocator, text, .{}) catch |why| switch (why) {
                error.OutOfMemory => return error.OutOfMemory,
                error.UnknownField => return plan.fail(error.Settings, "unknown setting: {s}{s}", .{ text, known }),
                error.MissingField => return plan.fail(error.Settings, "a setting is missing{s}", .{known}),
                else => return plan.fail(error.Settings, "a setting has the wrong type ({t}): {s}{s}", .{ why, text, known }),
            };
            return Plugin.open(plan, settings);
        }

        const known = text: {
            var names: []const u8 = "; it has";
            for (std.meta.fieldNames(Plugin.Settings)) |name| names = names ++ " `" ++ name ++ "`";
            break :text names;
        };

        fn describe(
            input: *wit.exports_witdock_etl_transform_list_field_t,
            settings: *wit.transformer_plugin_string_t,
            ret: *wit.exports_witdock_etl_transform_contract_t,
            err: *wit.exports_witdock_etl_transform_error_t,
        ) callconv(.c) bool {
            const session = open(input, settings);
            defer destroy(@ptrCast(session));
            if (session.failed) |why| {
                session.plan.failure.tell(why, err);
                return false;
            }
            ret.* = session.plan.contract() catch |why| {
                session.plan.failure.tell(why, err);
                return false;
            };
            return true;
        }

        fn construct(
            input: *wit.exports_witdock_etl_transform_list_field_t,
            settings: *wit.transformer_plugin_string_t,
        ) callconv(.c) wit.exports_witdock_etl_transform_own_session_t {
            return wit.exports_witdock_etl_transform_session_new(@ptrCast(open(input, settings)));
        }

        fn destroy(rep: ?*wit.exports_witdock_etl_transform_session_t) callconv(.c) void {
            const session = of(rep);
            if (session.failed == null and @hasDecl(Plugin, "deinit")) session.plugin.deinit();
            session.plan.deinit();
            wit.exports_witdock_etl_transform_list_field_free(&session.input);
            wit.transformer_plugin_string_free(&session.settings);
            allocator.destroy(session);
        }

        fn of(rep: ?*wit.exports_witdock_etl_transform_session_t) *Session {
            return @ptrCast(@alignCast(rep.?));
        }

        fn process(
            self: ?*wit.exports_witdock_etl_transform_session_t,
            input: *wit.exports_witdock_etl_transform_batch_t,
            ret: *wit.exports_witdock_etl_transform_output_t,
            err: *wit.exports_witdock_etl_transform_error_t,
        ) callconv(.c) bool {
            defer wit.exports_witdock_etl_transform_batch_free(input);
            const session = of(self);
            if (session.failed) |why| {
                session.plan.failure.tell(why, err);
                return false;
            }
            var out = Output.init(&session.plan) catch |why| {
                session.plan.failure.tell(why, err);
                return false;
            };
            const batch: Batch = .{ .rows = input.rows, .columns = input.columns.ptr };
            session.plugin.process(batch, &out) catch |why| {
                out.failure.tell(why, err);
                return false;
            };
            ret.* = out.told(input.rows) catch |why| {
                out.failure.tell(why, err);
                return false;
            };
            return true;
        }

        fn finish(
            self: ?*wit.exports_witdock_etl_transform_session_t,
            ret: *wit.exports_witdock_etl_transform_output_t,
            err: *wit.exports_witdock_etl_transform_error_t,
        ) callconv(.c) bool {
            const session = of(self);
            if (session.failed) |why| {
                session.plan.failure.tell(why, err);
                return false;
            }
            var out = Output.init(&session.plan) catch |why| {
                session.plan.failure.tell(why, err);
                return false;
            };
            ret.* = out.told(0) catch |why| {
                out.failure.tell(why, err);
                return false;
            };
            return true;
        }
    };
}

/// Registers a struct as the transform. Call it in a `comptime` block.
pub fn register(comptime Plugin: type) void {
    const host = Host(Plugin);
    @export(&host.describe, .{ .name = "exports_witdock_etl_transform_describe" });
    @export(&host.construct, .{ .name = "exports_witdock_etl_transform_constructor_session" });
    @export(&host.destroy, .{ .name = "exports_witdock_etl_transform_session_destructor" });
    @export(&host.process, .{ .name = "exports_witdock_etl_transform_method_session_process" });
    @export(&host.finish, .{ .name = "exports_witdock_etl_transform_method_session_finish" });
}
