internal import CAllocator

/// How many arenas the C library's allocator keeps.
enum HeapArenas {
  /// One for all threads: by default each thread gets one, and each keeps what the first answers of
  /// many new triggers took for a moment. Few threads allocate at once here, so none waits for it.
  /// To be called before the first thread is started.
  static func useOne() {
    // 1 is success; without it more memory is kept, and nothing else changes.
    _ = mallopt(M_ARENA_MAX, 1)
  }
}
