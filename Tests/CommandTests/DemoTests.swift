import Foundation
import TestSupport
import Testing

/// The demo: a modelled fleet in real time, scaled by the server that shows it.
@Suite(.serialized) struct DemoTests {
  private struct Status: Decodable {
    struct ScaledObject: Decodable {
      var desiredReplicas: Int?
      var readyReplicas: Int?
      var triggers: [Trigger]
    }

    struct Trigger: Decodable {
      var name: String
      var total: Double?
    }

    var scaledObjects: [ScaledObject]
  }

  /// What the admin port says of the demo's ScaledObject.
  private static func status(_ scaler: ScalerProcess) async throws -> Status.ScaledObject? {
    let port = UInt16(scaler.adminAddress.split(separator: ":").last ?? "") ?? 0
    let answer = try await LoopbackSocket.get(port: port, target: "/api/v1/scaledobjects")
    guard let body = answer.firstRange(of: "\r\n\r\n") else { return nil }
    let json = Data(answer[body.upperBound...].utf8)
    return (try? JSONDecoder().decode(Status.self, from: json))?.scaledObjects.first
  }

  @Test func `A burst comes, is scaled for, and new replicas get ready`()
    async throws
  {
    let scaler = try await ScalerProcess(["--demo"])
    defer { scaler.kill() }
    let start = ContinuousClock.now
    var before = 0
    try await eventually(within: .seconds(20)) {
      guard let status = try await Self.status(scaler), let desired = status.desiredReplicas
      else { return false }
      before = desired
      return status.readyReplicas == 3
    }
    #expect(before <= 5)
    var load = 0.0
    try await eventually(within: .seconds(90)) {
      guard let status = try await Self.status(scaler) else { return false }
      load = max(load, status.triggers.compactMap(\.total).max() ?? 0)
      return (status.desiredReplicas ?? 0) >= 10
    }
    print("10 replicas wanted \(ContinuousClock.now - start) after the start")
    #expect(load > 100)
    try await eventually(within: .seconds(120)) {
      try await Self.status(scaler)?.readyReplicas ?? 0 >= 6
    }
    print("6 replicas ready \(ContinuousClock.now - start) after the start")
    let (code, _) = try await scaler.terminate()
    #expect(code == 0)
  }
}
