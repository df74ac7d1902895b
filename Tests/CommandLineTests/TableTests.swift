import Testing

@testable import nps_collector

@Suite("Tables")
struct TableTests {
    @Test("columns are as wide as their widest cell, numbers stand on the right, no line ends in spaces")
    func aligned() {
        var table = Table([Table.Column("state"), Table.Column("n", .right), Table.Column("note")])
        table.add(["pending", "7", "x"])
        table.add(["sent", "1000"])
        table.add(["a", "b", "c", "left out"])
        #expect(
            table.render() == """
                state       n  note
                -------  ----  ----
                pending     7  x
                sent     1000
                a           b  c

                """
        )
    }

    @Test("a table without rows is its titles")
    func empty() {
        #expect(Table(["id", "email"]).render() == "id  email\n--  -----\n")
    }

    @Test("foreign text can't drive the terminal or break its row")
    func controls() {
        var table = Table(["comment", "end"])
        table.add(["a\u{1B}[2Jb\rc\nd\u{9B}e\u{202E}f\u{7}\u{2028}g\0\th", "|"])
        let row = table.render().split(separator: "\n").last.map(String.init) ?? ""
        #expect(row == "a·[2Jb·c ⏎ d·e·f··g··h  |")
    }

    @Test(
        "wide characters and emoji take two cells, combined ones take one",
        arguments: [("日本", 4), ("é", 1), ("e\u{301}", 1), ("🙂", 2), ("⭐", 2), ("한", 2), ("ｱ", 1), ("абв", 3)]
    )
    func width(text: String, cells: Int) {
        var table = Table(["", ""])
        table.add([text, "|"])
        let lines = table.render().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == String(repeating: "-", count: cells) + "  -")
    }
}
