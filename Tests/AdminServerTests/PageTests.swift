import AdminServer
import DecisionLoop
import Foundation
import ScalingEngine
import TestSupport
import Testing

/// The page at `/` in a real browser.
@Suite(
  .serialized,
  .enabled(
    if: Browser.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil,
    "needs Debian's chromium and chromium-driver"))
struct PageTests {
  @Test func `the page shows each ScaledObject, follows a burst and says what is wrong`()
    async throws
  {
    let calm = FakeTrigger("inference", "chat")
    let failing = FakeTrigger("inference", "<img src=x onerror=alert(1)>")
    calm.publish(.success(FakeTrigger.calm), journalAt: Date.now.timeIntervalSince1970)
    failing.publish(.success(FakeTrigger.calm))
    try await withStatusServer(Shown([calm, failing])) { client in
      try await withBrowser { browser in
        try await browser.open("http://127.0.0.1:\(client.port)/")
        let chat = #"[id="inference/chat/1"]"#
        try await eventually { try await browser.text("\(chat) .badge") == "● stable" }
        #expect(try await browser.text("#link") == "live")
        #expect(try await browser.text("\(chat) h3") == "Why 2 replicas?")

        calm.publish(
          .success(FakeTrigger.panic), journalAt: Date.now.timeIntervalSince1970)
        try await eventually { try await browser.text("\(chat) .badge") == "▲ panic" }
        #expect(try await browser.text("\(chat) h3") == "Why 20 replicas?")
        let why = try await browser.text("\(chat) .why ol")
        let deciding = "asks for 20 replicas at a target value of 50: this sets the number."
        #expect(why.contains(deciding))
        #expect(why.contains("Demand is 10 times ready capacity (panic from 2 on)."))
        try await eventually {
          let rows = "return document.querySelectorAll('.journal tbody tr').length"
          return try await browser.run(rows) as? Int == 2
        }
        let labels = "return document.querySelector('.panic .chart.tall').textContent"
        #expect((try await browser.run(labels) as? String)?.contains("desired 20") == true)

        failing.publish(
          .failure(Undecided(kind: .noData, explanation: "no usable value for \"gpu\"")),
          remarks: ["\"gpu\": HTTP 503, <b>the server</b> gave no reason"])
        try await eventually {
          try await browser.text("details.undecided .note.bad").contains("KEDA is told UNAVAILABLE")
        }
        #expect(try await browser.text("details.undecided .counts").hasPrefix("–"))
        #expect(try await browser.text("details.undecided .name").contains("<img src=x"))
        #expect(try await browser.run("return document.images.length") as? Int == 0)
        #expect(try await browser.console() == [])
      }
    }
  }

  @Test func `the page says when the scaler is gone`() async throws {
    let trigger = FakeTrigger("inference", "chat")
    trigger.publish(.success(FakeTrigger.calm))
    try await withBrowser { browser in
      try await withStatusServer(Shown([trigger])) { client in
        try await browser.open("http://127.0.0.1:\(client.port)/")
        try await eventually { try await browser.text("#link") == "live" }
      }
      try await eventually { try await browser.text("#link") == "no connection" }
      #expect(try await browser.text("#offline").contains("kubectl logs"))
    }
  }

  @Test func `a page without a ScaledObject says how to get one`() async throws {
    try await withStatusServer(Shown()) { client in
      try await withBrowser { browser in
        try await browser.open("http://127.0.0.1:\(client.port)/")
        try await eventually {
          try await browser.text("#empty").contains("kubectl describe scaledobject")
        }
        #expect(try await browser.console() == [])
      }
    }
  }

  @Test(arguments: [320, 390, 768])
  func `nothing is cut off on a narrow screen`(width: Int) async throws {
    let trigger = FakeTrigger(
      "a-namespace-with-a-long-name", "a-scaled-object-with-a-long-name-too")
    trigger.publish(.success(FakeTrigger.panic), journalAt: Date.now.timeIntervalSince1970)
    try await withStatusServer(Shown([trigger])) { client in
      try await withBrowser(width: width) { browser in
        try await browser.open("http://127.0.0.1:\(client.port)/")
        try await eventually { try await browser.text(".badge") == "▲ panic" }
        _ = try await browser.run(
          "document.querySelectorAll('details').forEach(one => { one.open = true })")
        try await eventually { !(try await browser.text(".journal tbody tr").isEmpty) }
        let script = """
          return Math.max(document.documentElement.scrollWidth - innerWidth,
            ...[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth))
          """
        let excess = try #require(try await browser.run(script) as? Int)
        #expect(excess <= 0)
        let share = "return document.querySelector('td.reasons').clientWidth / innerWidth"
        let readable = try #require(try await browser.run(share) as? Double)
        #expect(readable > 0.6, "the reasons are squeezed into a column")
      }
    }
  }
}
