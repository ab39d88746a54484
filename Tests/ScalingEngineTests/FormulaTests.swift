import ScalingEngine
import Testing

@Suite struct FormulaTests {
  private let demands = ["queue": 3.0, "gpu": 8.0]

  @Test(arguments: [
    ("max(queue, 0.5*gpu)", 4.0), ("queue + gpu", 11), ("gpu - queue * 2", 2),
    ("(gpu - queue) * 2", 10), ("mean(queue, gpu)", 5.5), ("min(gpu, sum(queue, 1, 2))", 6),
    ("gpu / 4", 2), ("queue - gpu", 0),
  ])
  func `A formula combines demands as arithmetic says`(text: String, expected: Double) throws {
    #expect(try Formula(text).value { demands[$0] } == expected)
  }

  @Test func `An unknown demand or a division by zero leaves the formula without a value`() throws {
    #expect(try Formula("max(queue, other)").value { demands[$0] } == nil)
    #expect(try Formula("gpu / (queue - 3)").value { demands[$0] } == nil)
  }

  @Test(arguments: ["", "max(", "queue +", "avg(queue)", "queue gpu", "1..2", "(queue", "queue)"])
  func `A broken formula is refused with its place`(text: String) {
    #expect(throws: FormulaError.self) { try Formula(text) }
  }

  @Test func `Deep nesting is refused, not followed`() {
    #expect(throws: FormulaError.self) {
      try Formula(String(repeating: "(", count: 400) + "1" + String(repeating: ")", count: 400))
    }
  }
}
