import DecisionLoop
import Foundation
import ScalingEngine
import TestSupport
import Testing

@testable import AdminServer

/// The page without a mouse, without colours, in the dark, and on a phone.
@Suite(
  .serialized,
  .enabled(
    if: Browser.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil,
    "needs Debian's chromium and chromium-driver"))
struct PageAccessTests {
  /// One of each state, with a past that has panic and a hold in it.
  private static func shown() -> (Shown, (StatusBook) -> Void) {
    let panic = FakeTrigger("inference", "chat")
    panic.publish(.success(FakeTrigger.panic), journalAt: Date.now.timeIntervalSince1970)
    let calm = FakeTrigger("inference", "embed")
    calm.publish(.success(FakeTrigger.calm), journalAt: Date.now.timeIntervalSince1970)
    let failing = FakeTrigger("search", "rerank")
    failing.publish(
      .failure(Undecided(kind: .noData, explanation: "no usable value for \"gpu\"")), ready: nil)
    let hold = FakeTrigger("search", "vision")
    var held = FakeTrigger.calm
    held.mode = .hold
    hold.publish(.success(held))
    let triggers = [panic, calm, failing, hold]
    let now = Int(Date.now.timeIntervalSince1970) / SampleHistory.stepSeconds
    return (
      Shown(triggers),
      { book in
        for step in now - 20..<now { book.sample(triggers, step: step, now: .now) }
      }
    )
  }

  private static func withPage(
    width: Int = 1280, dark: Bool = false, _ body: (Browser) async throws -> Void
  ) async throws {
    let (shown, past) = shown()
    try await withStatusServer(shown, past: past) { client in
      try await withBrowser(width: width, dark: dark) { browser in
        try await browser.open("http://127.0.0.1:\(client.port)/")
        try await eventually { try await browser.text("details.panic .badge") == "▲ panic" }
        try await body(browser)
        #expect(try await browser.console() == [])
      }
    }
  }

  @Test func `everything is reached by keyboard`() async throws {
    try await Self.withPage { browser in
      let chat = #"[id="inference/chat/1"]"#
      try await browser.press("/")
      #expect(try await browser.run("return document.activeElement.id") as? String == "filter")
      try await browser.press("c", "h", "a", "t")
      let visible =
        "return [...document.querySelectorAll('details.object')]"
        + ".filter(card => !card.hidden).map(card => card.id).join()"
      try await eventually { try await browser.run(visible) as? String == "inference/chat/1" }
      try await browser.press(Browser.escape)
      try await eventually {
        (try await browser.run(visible) as? String)?.split(separator: ",").count == 4
      }
      // From the filter the next stop is the first ScaledObject, which Enter opens.
      try await browser.press(Browser.tab)
      let focused = "return document.activeElement.closest('details')?.id ?? ''"
      #expect(try await browser.run(focused) as? String == "inference/chat/1")
      try await browser.press(Browser.enter)
      try await eventually {
        try await browser.run("return document.querySelector(`\(chat)`).open") as? Bool == true
      }
      // Then its chart, whose values the arrows read out.
      try await eventually {
        try await browser.press(Browser.tab)
        return try await browser.run("return document.activeElement.classList.contains('chart')")
          as? Bool == true
      }
      try await browser.press(Browser.left)
      let label = try await browser.run("return document.activeElement.getAttribute('aria-label')")
      #expect((label as? String)?.contains("panic, desired 20, ready 2") == true, "\(label)")
      #expect(try await browser.text("\(chat) figcaption output").contains("desired 20"))
      // What has the focus is seen to have it.
      let outline = "return getComputedStyle(document.activeElement).outlineStyle"
      #expect(try await browser.run(outline) as? String != "none")
    }
  }

  @Test(arguments: [(1280, false), (1280, true), (390, false), (390, true)])
  func `every text stands out from its ground, in the light and in the dark`(
    width: Int, dark: Bool
  ) async throws {
    try await Self.withPage(width: width, dark: dark) { browser in
      _ = try await browser.run(
        "document.querySelectorAll('details').forEach(one => { one.open = true })")
      try await eventually {
        try await browser.run("return document.querySelectorAll('.chart path.s').length > 3")
          as? Bool == true
      }
      let isDark = try await browser.run(
        "return matchMedia('(prefers-color-scheme: dark)').matches")
      #expect(isDark as? Bool == dark)
      let faint = try await browser.run(Self.faintTexts) as? [String]
      #expect(faint == [], "contrast below 4.5")
    }
  }

  @Test func `states and lines are told apart without colour`() async throws {
    try await Self.withPage { browser in
      let badges = try await browser.run(
        "return [...document.querySelectorAll('.badge')].map(badge => badge.innerText).join()")
      #expect(badges as? String == "▲ panic,● stable,✕ no decision,❚❚ hold")
      _ = try await browser.run("document.querySelector('details.panic').open = true")
      let strokes = """
        return ['desired', 'ready'].map(name => { const line = getComputedStyle(document
          .querySelector(`details.panic .chart.tall path.s.${name}`));
          return line.strokeDasharray + ' ' + line.strokeWidth; }).join()
        """
      try await eventually {
        try await browser.run("return document.querySelectorAll('.chart path.s').length > 3")
          as? Bool == true
      }
      let lines = try #require(try await browser.run(strokes) as? String)
      #expect(lines == "none 2.5px,7px, 3px 2px")
      // Each line is labelled, and panic is a hatched band with its word.
      let labels = "return document.querySelector('.panic .chart.tall').textContent"
      let text = try #require(try await browser.run(labels) as? String)
      for words in ["desired 20", "ready 2", "▲ panic"] { #expect(text.contains(words)) }
      #expect(
        try await browser.run("return document.querySelectorAll('.panic rect.band').length > 0")
          as? Bool == true)
    }
  }

  /// Texts whose contrast with what they stand on is below 4.5 (WCAG 2.2, 1.4.3), disabled controls
  /// apart: colours are blended with their opacity over the nearest solid ground.
  private static let faintTexts = """
    const parse = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
    const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const light = colour => { const [r, g, b] = colour.map(c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; });
      return .2126 * r + .7152 * g + .0722 * b; };
    const ground = node => { if (!node) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(node).backgroundColor);
      return own[3] === 1 ? own : over(own, ground(node.parentElement)); };
    const faint = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || node.closest('script, style, [hidden], [disabled], .hidden, .skip')) continue;
      if (!node.getClientRects().length) continue;
      const style = getComputedStyle(node), isSVG = node instanceof SVGElement;
      const under = ground(node), shown = over(parse(isSVG ? style.fill : style.color), under);
      const [a, b] = [light(shown), light(under)].sort((x, y) => y - x);
      if ((a + .05) / (b + .05) < 4.5) faint.add(`${walker.currentNode.data.trim().slice(0, 30)} ${node.className.baseVal ?? node.className}`);
    }
    return [...faint];
    """
}
