internal import CGRPC
import Synchronization

/// How bad a line of the core's log is.
package enum CoreLogSeverity: Sendable {
  /// For developers of the core.
  case debug
  /// Ordinary.
  case info
  /// Something failed; often a client's doing.
  case error
}

/// gRPC core as a library: one per process, started once, never shut down.
package enum CoreLibrary {
  private static let log = Mutex<(@Sendable (CoreLogSeverity, String) -> Void)?>(nil)
  private static let started: Void = withSignalsBlocked { grpc_init() }

  /// The core's version, such as `29.0.0` (gRPC 1.51).
  package static var version: String { String(cString: grpc_version_string()) }

  /// Starts the library unless it has been. Threads that the core makes block all signals.
  static func start() {
    _ = started
  }

  /// Sends the core's log here instead of to standard error. The handler is called on any thread,
  /// must not block, and limits the rate itself. Nothing in it may call the server.
  package static func routeLog(to handler: @escaping @Sendable (CoreLogSeverity, String) -> Void) {
    log.withLock { $0 = handler }
    gpr_set_log_function { arguments in
      guard let line = arguments?.pointee, let message = line.message else { return }
      let handler = CoreLibrary.log.withLock { $0 }
      let severity: CoreLogSeverity =
        switch line.severity {
        case GPR_LOG_SEVERITY_DEBUG: .debug
        case GPR_LOG_SEVERITY_INFO: .info
        default: .error
        }
      handler?(severity, String(cString: message))
    }
  }
}
