internal import CScalerProto
internal import Glibc

/// Memory for one unpacked message: handed out from one block, never taken back; what does not
/// fit comes from `malloc`.
struct Arena {
  private let block: UnsafeMutableRawBufferPointer
  private var used = 0
  /// Something came from `malloc`, so the message has to be freed.
  private(set) var hasSpilled = false

  private init(_ block: UnsafeMutableRawBufferPointer) {
    self.block = block
  }

  private mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    let rounded = (size &+ 7) & ~7
    if rounded <= block.count &- used, let base = block.baseAddress {
      defer { used &+= rounded }
      return base + used
    }
    hasSpilled = true
    return malloc(size)
  }

  private func free(_ pointer: UnsafeMutableRawPointer) {
    guard let base = block.baseAddress, pointer < base || pointer >= base + block.count else {
      return
    }
    Glibc.free(pointer)
  }

  /// Lends an allocator for one message of `messageBytes` on the wire. A usual one fits the stack.
  static func lend<R>(
    messageBytes: Int, _ body: (UnsafeMutablePointer<ProtobufCAllocator>, Lender) -> R
  ) -> R {
    // 1,024 bytes is what Swift puts on the stack without asking; it fits the strings twice over
    // and some dozen entries of 40 bytes. Larger messages get one block.
    let size = messageBytes <= 300 ? 1024 : min(4 * messageBytes + 1024, 1 << 17)
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { block in
      var arena = Arena(block)
      return withUnsafeMutablePointer(to: &arena) { arena in
        var allocator = ProtobufCAllocator()
        allocator.allocator_data = UnsafeMutableRawPointer(arena)
        allocator.alloc = { data, size in
          data?.assumingMemoryBound(to: Arena.self).pointee.allocate(size)
        }
        allocator.free = { data, pointer in
          guard let data, let pointer else { return }
          data.assumingMemoryBound(to: Arena.self).pointee.free(pointer)
        }
        return body(&allocator, Lender(arena: arena))
      }
    }
  }

  /// What the borrower of an arena may ask of it.
  struct Lender {
    fileprivate let arena: UnsafeMutablePointer<Arena>

    /// Something came from `malloc`, so the message has to be freed.
    var hasSpilled: Bool { arena.pointee.hasSpilled }
  }
}
