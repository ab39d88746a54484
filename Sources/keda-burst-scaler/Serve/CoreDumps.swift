import Glibc

/// Memory holds the credentials of profiles and the private key; a core dump would be a copy of them
/// on a disk.
enum CoreDumps {
  /// No dump is written to a file, and where the kernel hands dumps to a program, which limits do not
  /// stop, it finds no memory of ours in them (core(5), `coredump_filter`).
  static func forbid() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    let filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC)
    guard filter >= 0 else { return }
    write(filter, "0", 1)
    close(filter)
  }
}
