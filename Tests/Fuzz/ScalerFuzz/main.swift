// Gives one target one input after the other. Built by Tests/Fuzz/run it is a coverage-guided
// fuzzer, `ScalerFuzz TARGET [LIBFUZZER-ARGUMENT…]`; built as usual it reads files, `ScalerFuzz
// TARGET FILE-OR-DIRECTORY…`, so that the seeds and old findings are part of the tests.

import Foundation

#if FUZZING
  internal import CFuzzer
#endif

guard let target = FuzzTarget.chosen else {
  let names = FuzzTarget.all.map(\.name).joined(separator: " ")
  FileHandle.standardError.write(Data("usage: ScalerFuzz TARGET …; targets: \(names)\n".utf8))
  exit(64)
}

#if FUZZING
  var arguments = CommandLine.arguments.map { strdup($0) }
  arguments.remove(at: 1)
  var count = Int32(arguments.count)
  arguments.append(nil)
  arguments.withUnsafeMutableBufferPointer { buffer in
    var list = buffer.baseAddress
    exit(
      LLVMFuzzerRunDriver(&count, &list) { bytes, size in
        FuzzTarget.chosen?.run(Array(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
      })
  }
#else
  var inputs = 0
  for path in CommandLine.arguments.dropFirst(2) {
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    let files =
      isDirectory.boolValue
      ? try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { "\(path)/\($0)" }
      : [path]
    for file in files {
      target.run(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
      inputs += 1
    }
  }
  print("\(target.name): \(inputs) inputs, none of them trapped")
#endif
