/// Finds the descriptor files that declare a symbol (google/protobuf/descriptor.proto), for
/// server reflection.
package struct DescriptorIndex: Sendable {
  private struct File: Sendable {
    let bytes: [UInt8]
    let dependencies: [String]
  }

  private var files: [String: File] = [:]
  private var fileOfSymbol: [String: String] = [:]
  private var messages: Set<String> = []

  /// Full names of all services, in the order of the files.
  package private(set) var services: [String] = []

  /// The descriptors of `proto/*.proto`, built into the program.
  package static let embedded = DescriptorIndex(
    fileDescriptorSet: PackageResources.descriptors_binpb)

  /// An index over an encoded `FileDescriptorSet`; what is malformed in it is left out.
  package init(fileDescriptorSet: [UInt8]) {
    for file in WireReader.fields(1, of: fileDescriptorSet[...]) {
      let name = WireReader.text(1, of: file)
      let dependencies = WireReader.fields(3, of: file).map { String(decoding: $0, as: UTF8.self) }
      files[name] = File(bytes: Array(file), dependencies: dependencies)
      let package = WireReader.text(2, of: file)
      let scope = package.isEmpty ? "" : package + "."
      for message in WireReader.fields(4, of: file) { add(message: message, scope, name) }
      for enumeration in WireReader.fields(5, of: file) { add(enumeration, scope, name) }
      for service in WireReader.fields(6, of: file) {
        let fullName = add(named: service, scope, name)
        services.append(fullName)
        addAll(2, of: service, fullName + ".", name)
      }
      addAll(7, of: file, scope, name)
    }
  }

  private mutating func add(message: ArraySlice<UInt8>, _ scope: String, _ file: String) {
    let fullName = add(named: message, scope, file)
    messages.insert(fullName)
    let inner = fullName + "."
    for number in [2, 6, 8] { addAll(number, of: message, inner, file) }
    for nested in WireReader.fields(3, of: message) { add(message: nested, inner, file) }
    for enumeration in WireReader.fields(4, of: message) { add(enumeration, inner, file) }
  }

  private mutating func add(_ enumeration: ArraySlice<UInt8>, _ scope: String, _ file: String) {
    _ = add(named: enumeration, scope, file)
    // As in C++, an enum's values stand beside it, not in it.
    addAll(2, of: enumeration, scope, file)
  }

  private mutating func addAll(
    _ number: Int, of parent: ArraySlice<UInt8>, _ scope: String, _ file: String
  ) {
    for child in WireReader.fields(number, of: parent) { _ = add(named: child, scope, file) }
  }

  /// All descriptors have their name in field 1.
  private mutating func add(
    named descriptor: ArraySlice<UInt8>, _ scope: String, _ file: String
  ) -> String {
    let fullName = scope + WireReader.text(1, of: descriptor)
    fileOfSymbol[fullName] = file
    return fullName
  }

  /// This name is a message's.
  package func isMessage(_ name: String) -> Bool {
    messages.contains(name)
  }

  /// The file with this name first, then all it depends on, each an encoded
  /// `FileDescriptorProto`; nil when there is no such file.
  package func files(named name: String) -> [[UInt8]]? {
    guard files[name] != nil else { return nil }
    var found: [[UInt8]] = []
    var seen: Set<String> = []
    var wanted = [name][...]
    while let name = wanted.popFirst() {
      guard seen.insert(name).inserted, let file = files[name] else { continue }
      found.append(file.bytes)
      wanted.append(contentsOf: file.dependencies)
    }
    return found
  }

  /// The file that declares this service, method, message, field, enum or enum value (its full
  /// name, without a leading dot), then all it depends on; nil when nothing has this name.
  package func files(containing symbol: String) -> [[UInt8]]? {
    fileOfSymbol[symbol].flatMap { files(named: $0) }
  }
}
