import Testing

@Suite struct DocCommentTests {
  @Test func `Every declaration that other targets see has a doc comment`() {
    let support = Checkout.tests.filter { $0.target == "TestSupport" }
    let findings = (Checkout.sources + support).flatMap { source in
      DocCommentRules.findings(in: source, from: .exported)
    }
    #expect(findings == [])
  }

  @Test func `Every non-private declaration has a doc comment where that is reached`() {
    let sources = Checkout.sources.filter { !Floors.settling.contains($0.target) }
    #expect(sources.flatMap { DocCommentRules.findings(in: $0, from: .internal) } == [])
  }

  @Test func `A declaration without a comment is found; private ones and locals are not`() {
    let source = SwiftSource(
      """
      /// Said.
      package struct Said {
        var unsaid = 1
        private var hidden = 2
        private(set) var visible = 3
        // Not a doc comment.
        package func work(from a: Int = { 3 }()) { let local = 1; func inner() {} }
        /// Said.
        @discardableResult
        package func said() -> Int { 1 }
        package var description: String { "\\(hidden) func fake() {}" }
        static func == (a: Said, b: Said) -> Bool { true }
      }
      private struct Private { var member = 1 }
      extension Said { init(text: String) { self.init() } }
      /// Said.
      enum Kind {
        case one
        /// Said.
        case two
      }
      class Last { class func typed() {} }
      """)
    #expect(
      DocCommentRules.findings(in: source, from: .internal).map {
        "\($0.line) \($0.message.split(separator: " has")[0])"
      }
        == [
          "3 var unsaid", "5 var visible", "7 func work", "15 init (", "18 case one",
          "22 class Last", "22 func typed",
        ])
  }
}
