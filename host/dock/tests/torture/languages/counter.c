// The guest of the reload tests, in C: the exports by hand, as the canonical ABI has them.
#define MARK 1
#define RESTORES 1

#define EXPORT(name) __attribute__((export_name(name)))

static unsigned count;

EXPORT("test:torture/counter@0.1.0#add")
unsigned add(unsigned n) { return count += n; }

EXPORT("test:torture/counter@0.1.0#mark")
unsigned mark(void) { return MARK; }

// result<list<u8>, string> and result<_, string>.
static struct {
  unsigned char is_error;
  void *data;
  unsigned length;
} result;

EXPORT("witdock:plugin/state@0.1.0#save")
void *save(void) {
  result.is_error = 0;
  result.data = &count;
  result.length = sizeof count;
  return &result;
}

EXPORT("witdock:plugin/state@0.1.0#restore")
void *restore(const unsigned char *saved, unsigned length) {
  if (!RESTORES || length != sizeof count)
    __builtin_trap();
  count = saved[0] | saved[1] << 8 | saved[2] << 16 | (unsigned)saved[3] << 24;
  result.is_error = 0;
  return &result;
}

// An instance gets one list, of four bytes.
EXPORT("cabi_realloc")
void *allocate(void *old, unsigned old_size, unsigned alignment, unsigned size) {
  static unsigned room[16];
  if (old_size || size > sizeof room)
    __builtin_trap();
  return room;
}
