import Foundation

/// Why a file that the user named cannot be used, in words that say what to change.
enum FileFault {
  /// Why the file at `path` cannot be read.
  static func reading(_ path: String, _ error: any Error) -> String {
    if isFolder(path) { return "it is a folder; name a file in it" }
    if error is TextFile.TooLong {
      return "it is longer than \(TextFile.limitBytes) bytes; check that it is the file you meant"
    }
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
    case .fileReadNoPermission: return "this user may not read it; check its owner and mode"
    case .fileReadInapplicableStringEncoding, .fileReadCorruptFile:
      return "it is not text in UTF-8; check that it is the file you meant"
    default: return error.localizedDescription
    }
  }

  /// Why the file at `path` cannot be written.
  static func writing(_ path: String, _ error: any Error) -> String {
    if isFolder(path) { return "it is a folder; name a file in it" }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard isFolder(folder) else { return "there is no folder \(folder); make it first" }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      return "this user may not write in \(folder)"
    }
    return error.localizedDescription
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return isThere && isFolder.boolValue
  }
}
