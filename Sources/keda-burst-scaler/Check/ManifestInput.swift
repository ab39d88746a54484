import Foundation
import TriggerConfiguration

/// Files with manifests, and standard input.
enum ManifestInput {
  /// A file's text; `-` is standard input.
  static func text(of file: String) throws -> String {
    do {
      return file == "-"
        ? try TextFile.read(FileHandle.standardInput) : try TextFile.read(file)
    } catch {
      throw CheckFailure(description: "cannot read \(file): \(FileFault.reading(file, error))")
    }
  }

  /// What a file holds; where it cannot be read, that is its one problem.
  static func manifests(in file: String) -> ScaledObjectFile {
    do {
      return .reading(try text(of: file))
    } catch {
      return .unreadable("\(error)")
    }
  }
}
