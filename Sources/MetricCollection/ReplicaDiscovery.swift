internal import Glibc
internal import Synchronization

/// Finds the addresses that a name leads to; tests bring their own.
package protocol ReplicaDiscovery: Sendable {
  /// Looks a name up and calls back once, from any thread; it must not block the caller.
  func lookUp(
    _ host: String, completion: @escaping @Sendable (Result<[String], NameFailure>) -> Void)
}

/// Why a name leads to no address.
package enum NameFailure: Error, Sendable, Equatable {
  /// The name server says that there is none: a headless Service without ready replicas, or a
  /// misspelt name.
  case none
  /// The name server did not answer, or something else went wrong; the system's words.
  case failed(String)
}

/// The system's resolver. Each look-up has a thread of its own, for `getaddrinfo` blocks as long as
/// name servers are silent: never the cooperative pool's, and one dead name delays no other.
package final class SystemDiscovery: ReplicaDiscovery {
  /// Look-ups at once; one more fails at once.
  static let lookUpLimit = 64
  private let running = Atomic<Int>(0)

  /// A resolver with nothing to do.
  package init() {}

  /// One look-up, handed to its thread.
  private final class Job: Sendable {
    let host: String
    let owner: SystemDiscovery
    let completion: @Sendable (Result<[String], NameFailure>) -> Void

    init(
      host: String, owner: SystemDiscovery,
      completion: @escaping @Sendable (Result<[String], NameFailure>) -> Void
    ) {
      self.host = host
      self.owner = owner
      self.completion = completion
    }
  }

  /// Looks up A and AAAA records, and gives those of one kind.
  package func lookUp(
    _ host: String, completion: @escaping @Sendable (Result<[String], NameFailure>) -> Void
  ) {
    guard running.add(1, ordering: .relaxed).newValue <= Self.lookUpLimit else {
      running.subtract(1, ordering: .relaxed)
      completion(.failure(.failed("more than \(Self.lookUpLimit) names are being looked up")))
      return
    }
    let job = Unmanaged.passRetained(Job(host: host, owner: self, completion: completion))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { job in
        guard let job else { return nil }
        SystemDiscovery.run(Unmanaged<Job>.fromOpaque(job).takeRetainedValue())
        return nil
      }, job.toOpaque())
    guard code == 0 else {
      job.release()
      running.subtract(1, ordering: .relaxed)
      completion(.failure(.failed("the system has no thread left")))
      return
    }
    pthread_detach(thread)
  }

  private static func run(_ job: Job) {
    // Signals are other threads' business.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    let found = addresses(of: job.host)
    job.owner.running.subtract(1, ordering: .relaxed)
    job.completion(found)
  }

  /// Blocks until the name servers have answered.
  private static func addresses(of host: String) -> Result<[String], NameFailure> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var first: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &first)
    guard code == 0 else {
      // EAI_NODATA: the name is there, without addresses of the kinds asked for.
      guard code != EAI_NONAME, code != -5 else { return .failure(.none) }
      return .failure(.failed(String(cString: gai_strerror(code))))
    }
    defer { freeaddrinfo(first) }
    var found: Set<String> = []
    var next = first
    while let entry = next?.pointee {
      next = entry.ai_next
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let isText = getnameinfo(
        entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      guard isText == 0 else { continue }
      found.insert(
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return .success(oneFamily(of: found.sorted()))
  }

  /// The IPv4 addresses, or where there are none the IPv6 ones: in a dual-stack cluster each pod of a
  /// headless Service has one of either, and would count twice.
  static func oneFamily(of addresses: [String]) -> [String] {
    let old = addresses.filter { !$0.contains(":") }
    return old.isEmpty ? addresses : old
  }
}
