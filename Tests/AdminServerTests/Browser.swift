import Foundation
import Glibc
import TestSupport

/// A headless Chromium, driven through chromedriver's WebDriver protocol (W3C WebDriver).
final class Browser {
  struct Failure: Error { let problem: String }

  private static let driverPath = "/usr/bin/chromedriver"

  /// Whether there is a browser to test with.
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: driverPath) }

  private let driver: ChildProcess
  private let port: UInt16
  private let profile: URL
  private var session = ""

  /// Starts a browser with a window of this size.
  init(width: Int = 1280, height: Int = 900, dark: Bool = false) async throws {
    port = try LoopbackSocket.freePort()
    profile = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
    driver = ChildProcess()
    driver.executableURL = URL(filePath: Self.driverPath)
    driver.arguments = ["--port=\(port)", "--silent"]
    driver.standardOutput = FileHandle.nullDevice
    driver.standardError = FileHandle.nullDevice
    try driver.run()
    let client = AdminClient(port: port)
    try await eventually { (try? await client.get("/status").status) == 200 }
    var arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--window-size=\(width),\(height)", "--user-data-dir=\(profile.path)",
    ]
    if dark { arguments.append("--force-dark-mode") }
    let capabilities: [String: Any] = [
      "browserName": "chrome", "goog:loggingPrefs": ["browser": "ALL"],
      "goog:chromeOptions": [
        "args": arguments,
        "mobileEmulation": width < 600
          ? ["deviceMetrics": ["width": width, "height": height, "pixelRatio": 1.0]] : nil,
      ].compactMapValues { $0 },
    ]
    let answer = try await call(
      "POST", "/session", ["capabilities": ["alwaysMatch": capabilities]])
    guard let value = answer as? [String: Any], let id = value["sessionId"] as? String else {
      throw Failure(problem: "no session: \(answer)")
    }
    session = "/session/\(id)"
  }

  /// Ends the browser and its driver.
  func quit() async {
    _ = try? await call("DELETE", session, nil)
    // With its session ended it has nothing left to tidy, and it does not heed SIGTERM.
    kill(driver.processIdentifier, SIGKILL)
    driver.waitUntilExit()
    try? FileManager.default.removeItem(at: profile)
  }

  /// Opens an address.
  func open(_ address: String) async throws {
    _ = try await call("POST", session + "/url", ["url": address])
  }

  /// What a script returns: `return document.title`.
  func run(_ script: String) async throws -> Any {
    try await call(
      "POST", session + "/execute/sync", ["script": script, "args": [String]()])
  }

  /// The text of the first element that matches, as it is shown; empty where none does.
  func text(_ selector: String) async throws -> String {
    try await run("return document.querySelector(`\(selector)`)?.innerText ?? ''") as? String ?? ""
  }

  /// Everything that the console has said since the last call.
  func console() async throws -> [String] {
    let entries = try await call("POST", session + "/se/log", ["type": "browser"])
    return (entries as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
  }

  /// Presses and lets go of keys, one after the other: characters, or `Browser.tab` and the like.
  func press(_ keys: String...) async throws {
    let strokes = keys.flatMap { key in ["keyDown", "keyUp"].map { ["type": $0, "value": key] } }
    _ = try await call(
      "POST", session + "/actions",
      ["actions": [["type": "key", "id": "keyboard", "actions": strokes] as [String: Any]]])
  }

  /// Keys without a character, as WebDriver writes them.
  static let (tab, enter, left, escape) = ("\u{E004}", "\u{E007}", "\u{E012}", "\u{E00C}")

  /// A picture of the window.
  func picture() async throws -> Data {
    let text = try await call("GET", session + "/screenshot", nil) as? String
    guard let data = text.flatMap({ Data(base64Encoded: $0) }) else {
      throw Failure(problem: "no picture")
    }
    return data
  }

  private func call(_ method: String, _ path: String, _ body: [String: Any]?) async throws -> Any {
    let data = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
    let head = [
      "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close",
      "Content-Type: application/json", "Content-Length: \(data.count)",
    ]
    let connection = try OpenConnection(port: port)
    connection.send(
      head.joined(separator: "\r\n") + "\r\n\r\n" + String(decoding: data, as: UTF8.self))
    let answer = try await connection.answer(within: .seconds(60))
    let json =
      try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any] ?? [:]
    guard answer.status == 200 else {
      throw Failure(problem: "\(method) \(path): \(answer.body.prefix(300))")
    }
    return json["value"] ?? NSNull()
  }
}

/// Runs `body` with a browser that is ended after it.
func withBrowser(
  width: Int = 1280, height: Int = 900, dark: Bool = false,
  _ body: (Browser) async throws -> Void
) async throws {
  let browser = try await Browser(width: width, height: height, dark: dark)
  do {
    try await body(browser)
  } catch {
    await browser.quit()
    throw error
  }
  await browser.quit()
}
