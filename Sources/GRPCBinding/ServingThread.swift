internal import CGRPC
internal import Glibc

/// Runs `core.serve()` on a thread of its own, which keeps the core alive until it ends. Signals
/// stay with the program's other threads: this one, and what the core starts from it, block them.
func startServingThread(_ core: ServerCore) throws(GRPCServerError) {
  var thread = pthread_t()
  let argument = Unmanaged.passRetained(core)
  let code = withSignalsBlocked {
    pthread_create(
      &thread, nil,
      { argument in
        if let argument {
          Unmanaged<ServerCore>.fromOpaque(argument).takeRetainedValue().serve()
        }
        return nil
      }, argument.toOpaque())
  }
  guard code == 0 else {
    argument.release()
    throw .threadFailed(code: code)
  }
  cgrpc_name_thread(thread, "grpc-queue")
  pthread_detach(thread)
}

/// Runs `body` with all signals blocked on this thread, so that threads made in it never get one.
func withSignalsBlocked<R>(_ body: () -> R) -> R {
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  return body()
}
