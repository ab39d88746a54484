internal import Foundation

/// The page at `/`: one HTML file that asks for nothing but this server's own API.
enum StatusPage {
  /// A number used once, which tells the browser that the page's script and style are ours.
  static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
  }

  /// The page with its nonce.
  static func html(nonce: String) -> Data {
    Data(pieces.joined(separator: nonce).utf8)
  }

  /// The page, cut where the nonce stands.
  private static let pieces: [String] = {
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    let script = [
      PackageResources.page_js, PackageResources.charts_js, PackageResources.live_js,
    ].map(text).joined()
    return text(PackageResources.page_html)
      .replacing("/*STYLE*/", with: text(PackageResources.page_css))
      .replacing("/*SCRIPT*/", with: script)
      .components(separatedBy: "NONCE")
  }()
}
