import ScalerMessages
import Testing

@Suite("Descriptors, health and reflection messages")
struct DescriptorIndexTests {
  private let index = DescriptorIndex.embedded

  @Test func `the embedded descriptors list our services`() {
    #expect(
      index.services == [
        "externalscaler.ExternalScaler", "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
      ])
  }

  @Test(arguments: [
    "externalscaler.ExternalScaler", "externalscaler.ExternalScaler.StreamMetricSpec",
    "externalscaler.ScaledObjectRef", "externalscaler.ScaledObjectRef.scalerMetadata",
    "externalscaler.ScaledObjectRef.ScalerMetadataEntry",
    "externalscaler.ScaledObjectRef.ScalerMetadataEntry.key",
  ])
  func `every kind of symbol leads to its file`(symbol: String) throws {
    let files = try #require(index.files(containing: symbol))
    #expect(files == index.files(named: "externalscaler.proto"))
    #expect(files.count == 1)
  }

  @Test func `enums and their values are found in the scope that protobuf gives them`() {
    let file = index.files(named: "grpc/health/v1/health.proto")
    #expect(file != nil)
    #expect(index.files(containing: "grpc.health.v1.HealthCheckResponse.ServingStatus") == file)
    #expect(index.files(containing: "grpc.health.v1.HealthCheckResponse.SERVING") == file)
  }

  @Test func `what is not there is not found`() {
    #expect(index.files(named: "nothing.proto") == nil)
    #expect(index.files(containing: "externalscaler.Nothing") == nil)
    #expect(index.files(containing: "") == nil)
  }

  @Test func `dependencies follow the file that needs them, each once`() {
    func file(_ name: String, _ dependencies: [String]) -> [UInt8] {
      Wire.field(1, name) + dependencies.flatMap { Wire.field(3, $0) }
    }
    let set = [file("a", ["b", "c"]), file("b", ["c"]), file("c", ["a"])]
    let index = DescriptorIndex(fileDescriptorSet: set.flatMap { Wire.field(1, $0) })
    #expect(index.files(named: "a") == set)
    #expect(index.files(named: "c") == [set[2], set[0], set[1]])
  }

  @Test func `malformed descriptors are left out`() {
    let index = DescriptorIndex(fileDescriptorSet: [0x0A, 0xFF, 0x01, 0x00])
    #expect(index.services == [])
  }

  @Test func `a health request names a service, its answer a status`() throws {
    #expect(try decodeHealthCheck([UInt8]().span.bytes) == "")
    #expect(try decodeHealthCheck(Wire.field(1, "x.Y").span.bytes) == "x.Y")
    #expect(throws: MessageError.malformed) { try decodeHealthCheck([UInt8]([0x0A]).span.bytes) }
    #expect(throws: MessageError.notUTF8) {
      try decodeHealthCheck(Wire.field(1, [0xFF]).span.bytes)
    }
    #expect(encodeHealth(.serving) == [0x08, 1])
    #expect(encodeHealth(.notServing) == [0x08, 2])
  }

  @Test func `a reflection answer repeats the question`() throws {
    let request = Wire.field(1, "host") + Wire.field(4, "a.B")
    var asked: ReflectionQuery?
    let answer = try answerReflection(request.span.bytes) { query in
      asked = query
      return .files([[1, 2], [3]])
    }
    #expect(asked == .fileContaining(symbol: "a.B"))
    let files = Wire.field(1, [1, 2] as [UInt8]) + Wire.field(1, [3] as [UInt8])
    #expect(answer == Wire.field(1, "host") + Wire.field(2, request) + Wire.field(4, files))
  }

  @Test func `every reflection question is understood`() throws {
    func query(_ bytes: [UInt8]) throws -> ReflectionQuery? {
      var asked: ReflectionQuery?
      _ = try answerReflection(bytes.span.bytes) {
        asked = $0
        return .failure(code: 5, message: "no")
      }
      return asked
    }
    #expect(try query(Wire.field(3, "a.proto")) == .file(named: "a.proto"))
    #expect(try query(Wire.field(7, "")) == .services)
    #expect(try query(Wire.field(6, "a.B")) == .extensionNumbers(of: "a.B"))
    #expect(
      try query(Wire.field(5, Wire.field(1, "a.B") + [0x10, 7]))
        == .fileContainingExtension(of: "a.B", number: 7))
    #expect(try query([]) == ReflectionQuery.none)
    #expect(throws: MessageError.notUTF8) { try query(Wire.field(4, [0xC0])) }
  }
}
